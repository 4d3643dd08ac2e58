"""Settings, the home folder, and the lists of publishers and agencies."""
