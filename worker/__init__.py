"""Celery worker processes: they claim jobs, ask the model, and store what it said. Knows jobs and model; no flask."""
