"""Throw broken bytes at every reader, for a bounded time: `python -m tests.fuzz`."""
