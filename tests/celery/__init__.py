"""Whether a Celery user finds what Celery promises: the same tests against a stock worker and against ours."""
