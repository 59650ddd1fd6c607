"""`/v1/files`: reviews that are uploaded once, and what became of them."""
