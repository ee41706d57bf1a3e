"""Recognisers of names that nobody knew beforehand, by the name model and by introductions."""
