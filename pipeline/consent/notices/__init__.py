"""Notice versions: the text that people read or hear, with the form mapping that gives their answers a meaning."""
