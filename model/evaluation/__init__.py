"""How right a model is, looked at closely: confusion, slices, two models side by side, a page with pictures."""
