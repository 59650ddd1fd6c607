"""The largest number that a setting or an option may be, where nothing else bounds it."""

#: Redis' scripts count exactly up to here; past 2**63 its commands take no number at all.
LARGEST = 2**53
