"""Celery worker processes: they claim jobs, ask the model, store its predictions. Knows jobs and model; no flask."""
