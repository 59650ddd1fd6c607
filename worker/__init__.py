"""The processes behind the queue: workers that claim jobs and store predictions, webhook delivery, the reconciler.

Imports `model`, `store` and what these stand on; no HTTP server.
"""
