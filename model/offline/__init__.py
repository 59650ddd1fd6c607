"""Files of reviews without a service: rows in, the lines that `kritiq batch` would write out."""
