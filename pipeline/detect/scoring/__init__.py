"""How sure a match is, and which of two that overlap stays."""
