"""Many trainings over ranges of settings: which is best, and at what price."""
