"""Faults injected into the real processes under load, and an independent ledger of what was accepted."""
