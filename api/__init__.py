"""HTTP only: parse a request, call `jobs` or `store`, answer. Imports neither the model nor the worker."""
