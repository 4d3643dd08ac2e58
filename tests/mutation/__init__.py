"""Mutation tests: the modules that decide most, broken on purpose one line at a time."""
