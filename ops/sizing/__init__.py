"""`kritiq sizing`: what to buy for how many reviews."""
