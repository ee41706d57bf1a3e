"""Makes findings of matches: where each lies in sound, text and picture."""
