"""Who may do what: API keys, their scopes, and the caller that a key makes of a request. Knows no Redis and no web."""
