"""What a job and a batch are, and what a store of them can do. Knows no Redis, no web and no model."""
