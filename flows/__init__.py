"""Prefect flows, settings and the command line: what runs when, and what people see of it."""
