"""Brings vCons of earlier drafts (0.0.1 to 0.3.0) to the names of core-03."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.errors import InputRefused

_RENAMED = {
    "mimetype": "mediatype",
    "appended": "amended",
    "must_support": "critical",
    "transfer-target": "transfer_target",
    "transfer-target-dialog": "transfer_target_dialog",
}
_HASHES = {"SHA-512": "sha512", "SHA512": "sha512", "SHA-256": "sha256", "SHA256": "sha256"}
_OPAQUE = frozenset({"body", "meta"})
"""Where a vCon holds somebody else's content, whose names are not ours to change."""


def upgraded(value: Any) -> Any:
    """A vCon, or any part of one, in the names of core-03; raises ``InputRefused`` where old and new contradict."""
    if isinstance(value, list):
        return [upgraded(item) for item in value]
    if not isinstance(value, dict):
        return value
    renamed: dict[str, Any] = {}
    for name, item in _hashed(value).items():
        new = _RENAMED.get(name, name)
        if new in renamed or (new != name and new in value):
            raise InputRefused(f"the vCon has both {name} and {new}", action="have it exported again")
        renamed[new] = item if name in _OPAQUE else upgraded(item)
    return renamed


def _hashed(value: Mapping[str, Any]) -> dict[str, Any]:
    """``alg`` and ``signature`` beside a URL become ``content_hash``; beside anything else they stay what they are."""
    renamed = dict(value)
    if "url" in renamed and "signature" in renamed and "content_hash" not in renamed:
        name = _HASHES.get(str(renamed.pop("alg", "SHA-512")).upper())
        if name is None:
            raise InputRefused("the vCon names a hash that is not known", action="have it exported with SHA-512")
        renamed["content_hash"] = f"{name}-{renamed.pop('signature')}"
    return renamed
