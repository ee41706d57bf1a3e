"""Tests of the tiles of a gallery view."""
