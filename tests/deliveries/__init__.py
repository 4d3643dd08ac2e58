"""Made-up deliveries of known articles in every layout and format, whole and damaged."""
