"""Recognisers of identifiers by their format: addresses, numbers, keys, written and said aloud."""
