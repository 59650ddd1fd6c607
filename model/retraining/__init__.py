"""From what people corrected to a model that learned it, and whether it may be served."""
