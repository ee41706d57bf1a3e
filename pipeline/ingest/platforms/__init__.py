"""One reader for each platform: what it left in a folder becomes a ``Draft``."""
