"""``proof.json``: what was checked and found, for machines; no name, term, time of day or source digest is in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from pipeline.media.tools import tools
from pipeline.records import Audience, Check, OutFile, Proof, Window
from pipeline.render.terms import Terms

NAME = "proof.json"
VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The content of ``proof.json``: ``key`` stands for the plan and reveals nothing of it."""

    version: int
    key: str
    session_id: str
    audience: Audience
    verdict: str
    checks: tuple[Check, ...]
    files: tuple[OutFile, ...]
    windows: tuple[Window, ...]
    fill: str
    picture: str
    tools: dict[str, str]

    @property
    def proof(self) -> Proof:
        """The proof that the checks make up."""
        return Proof(checks=self.checks)


_ADAPTER = TypeAdapter(Manifest)


def write(path: Path, manifest: Manifest) -> None:
    """Write ``proof.json``, the same bytes for the same values."""
    values = _ADAPTER.dump_python(manifest, mode="json")
    path.write_text(json.dumps(values, ensure_ascii=False, sort_keys=True, indent=1) + "\n", "utf-8")


def read(path: Path) -> Manifest | None:
    """What ``proof.json`` says; None where it is unreadable, of another version, or at odds with itself."""
    try:
        manifest = _ADAPTER.validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
    return manifest if manifest.version == VERSION and manifest.verdict == manifest.proof.verdict else None


def versions() -> dict[str, str]:
    """The outside programs that made and proved a rendition."""
    return {tool.name: tool.version or "missing" for tool in tools()}


def in_order(windows: Sequence[Window], terms: Terms) -> tuple[Window, ...]:
    """The windows in order of time, without the ids of the proposals, which stand for names, or terms in a reason."""
    bare = (
        replace(window, proposal_ids=(), reasons=tuple(terms.replace(reason) for reason in window.reasons))
        for window in windows
    )
    return tuple(sorted(bare, key=lambda window: (window.start_s, window.end_s, window.track_id or "")))
