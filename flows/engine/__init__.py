"""Engines: do a task for each of many items, in worker processes here or on a cluster; each result is a file."""
