"""Restaurant reviews in, aspects and how each was judged out. Knows nothing of queues, HTTP or the environment."""
