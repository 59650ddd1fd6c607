"""What a job is and where it is kept. Knows Redis and Celery's producer side; no torch, no flask."""
