"""A raw document in, one cleaned article out: page extraction, metadata, dates, titles, kinds, plain text."""

# Rises when a document can come out cleaned otherwise than before: files read under another one can be read again.
CLEANER_VERSION = 3
