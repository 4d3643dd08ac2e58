"""The seam that hands out work to worker processes."""
