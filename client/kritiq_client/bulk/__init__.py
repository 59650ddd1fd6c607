"""A file of reviews through the batch calls: what `kritiq batch` does."""
