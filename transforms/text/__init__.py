"""Text as bytes and as words: encoding, repair, ids, word counts, rows of links, publication status."""
