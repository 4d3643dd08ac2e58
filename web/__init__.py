"""The doors for a browser and for programs: the reading room, the JSON interface and the assistant's tools."""
