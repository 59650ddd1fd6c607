"""What models are asked and answer, and whether that has shifted. Knows no Redis, no web and no model."""
