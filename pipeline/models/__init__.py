"""The models that the code loads: what ``models/models.toml`` says of them, where they lie, and how they are pulled."""

from pipeline.models.registry import (
    Model,
    State,
    bundled_file,
    bundled_folder,
    entries,
    find,
    fingerprint,
    folder,
    state,
    verified,
)

__all__ = [
    "Model",
    "State",
    "bundled_file",
    "bundled_folder",
    "entries",
    "find",
    "fingerprint",
    "folder",
    "state",
    "verified",
]
