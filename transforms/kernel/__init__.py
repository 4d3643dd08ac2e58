"""Array loops, compiled where numba is installed: hashing, alignment, average linkage, blocking joins."""
