"""Which compiled regular expressions read foreign text, and how fast their work grows with it."""
