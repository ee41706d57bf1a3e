"""Exports a published rendition as a redacted vCon (IETF draft-ietf-vcon-vcon-core-03)."""
