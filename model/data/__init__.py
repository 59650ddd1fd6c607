"""Labelled data of others: each format into the same records, and records into examples of a scheme."""
