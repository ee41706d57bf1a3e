"""The tables of the database, by what they are about; who imports any of them has all of them."""

from pipeline.store.tables import (
    artefacts,
    changes,
    consent,
    erasures,
    fences,
    legal_holds,
    names,
    releases,
    requests,
    review,
    row_seals,
    rulings,
    runs,
    voices,
)

__all__ = [
    "artefacts",
    "changes",
    "consent",
    "erasures",
    "fences",
    "legal_holds",
    "names",
    "releases",
    "requests",
    "review",
    "row_seals",
    "rulings",
    "runs",
    "voices",
]
