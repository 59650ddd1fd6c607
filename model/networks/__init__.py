"""The networks of the models that come with Kritiq."""
