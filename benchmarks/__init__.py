"""What newsfold is measured with: quality and speed, ours and rivals in one run."""
