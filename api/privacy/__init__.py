"""What the law lets a guest ask for: all that is kept of theirs, and that it goes."""
