"""The one place of the version: pyproject.toml reads it when the package is built, and the client tells it."""

VERSION = "0.1.0"
