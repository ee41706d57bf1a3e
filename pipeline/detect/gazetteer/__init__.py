"""Recognisers of the names and terms that are known beforehand, and of how they are misheard."""
