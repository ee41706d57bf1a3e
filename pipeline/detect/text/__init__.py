"""Texts as the recognisers see them: tokens, their classes, and the way back to the pieces they were joined from."""
