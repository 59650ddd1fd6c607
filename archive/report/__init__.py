"""What guests said of a restaurant in a month, as a page to print."""
