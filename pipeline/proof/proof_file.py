"""``proof.json``: what it holds, how it is read, and whether it was signed.

No name, term, time of day, file name or digest of a source is in it: sources, term list and settings stand there as
keyed digests, which only the workspace can compare; reviewers and decisions as ids of its ledger.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from pipeline.records import Audience, Check, OutFile, Proof, RedactionBox, RedactionInterval
from pipeline.store.signing import Signer, is_signed

NAME = "proof.json"
VERSION = 2
SIGNED_AS = "rendition"


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactedWindow:
    """One window: what was taken out, by which rules, and the decisions of reviewers about it."""

    start_s: float
    end_s: float
    track_id: str | None
    reasons: tuple[str, ...]
    decided: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The content of ``proof.json``: ``key`` stands for the plan and reveals nothing of it."""

    version: int = VERSION
    key: str
    entry: str = ""
    session_id: str
    audience: Audience
    verdict: str
    checks: tuple[Check, ...]
    files: tuple[OutFile, ...]
    media: str
    length_s: float
    tracks: tuple[str, ...]
    windows: tuple[RedactedWindow, ...]
    fill: str
    picture: str
    covers: tuple[RedactionBox, ...] = ()
    sources: dict[str, str] = field(default_factory=dict)
    terms: str = ""
    settings: str = ""
    consents: dict[str, tuple[str, ...]] = field(default_factory=dict)
    tools: dict[str, str] = field(default_factory=dict)
    signed_by: str = ""
    signature: str = ""

    @property
    def proof(self) -> Proof:
        """The proof that the checks make up."""
        return Proof(checks=self.checks)

    @property
    def intervals(self) -> tuple[RedactionInterval, ...]:
        """The windows, as a plan has them."""
        return tuple(
            RedactionInterval(start_s=window.start_s, end_s=window.end_s, track_id=window.track_id)
            for window in self.windows
        )

    @property
    def content(self) -> bytes:
        """The bytes of ``proof.json``: the same for the same values."""
        values = _ADAPTER.dump_python(self, mode="json")
        return (json.dumps(values, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()

    def is_signed_by(self, public_key: str) -> bool:
        """Whether every byte of it is as the holder of that key signed it."""
        unsigned = replace(self, signature="").content
        return is_signed(SIGNED_AS, unsigned, signature=self.signature, public_key=public_key)


_ADAPTER = TypeAdapter(Manifest)


def signed(manifest: Manifest, signer: Signer | None) -> Manifest:
    """The manifest as it will be read again, signed where there is a signer."""
    named = replace(manifest, signed_by=signer.public_key if signer else "", signature="")
    # Numbers that were whole become what they are.
    named = _ADAPTER.validate_json(named.content)
    return replace(named, signature=signer.sign(SIGNED_AS, named.content)) if signer else named


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Write ``proof.json``."""
    path.write_bytes(manifest.content)


def read_manifest(path: Path) -> Manifest | None:
    """What ``proof.json`` says; None where one byte is not as it is written, or it is at odds with itself."""
    try:
        content = path.read_bytes()
        manifest = _ADAPTER.validate_json(content)
    except (OSError, ValidationError):
        return None
    consistent = manifest.version == VERSION and manifest.verdict == manifest.proof.verdict
    return manifest if consistent and manifest.content == content else None
