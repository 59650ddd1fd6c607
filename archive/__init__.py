"""Results for years, where SQL reaches them: what the outbox tells, in SQLite or PostgreSQL."""
