"""Files in, cleaned batches out: discover, split, clean."""
