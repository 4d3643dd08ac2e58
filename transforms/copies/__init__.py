"""Copies of one text: shingles, MinHash signatures, verification and groups."""
