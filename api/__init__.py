"""HTTP only: parse, call one function of `jobs`, answer. Never imports the model or a worker."""
