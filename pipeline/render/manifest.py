"""``proof.json``: what was made from what, by whose word, what was checked and found; signed, and free of any secret.

No name, term, time of day, file name or digest of a source is in it: sources, term list and settings stand there as
keyed digests, which only the workspace can compare; reviewers and decisions as ids of its ledger.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from pipeline import __version__
from pipeline.media.tools import tools
from pipeline.records import Audience, Check, OutFile, Proof, RedactionBox, RedactionInterval
from pipeline.render.terms import Terms
from pipeline.store.signing import Signer, is_signed

NAME = "proof.json"
VERSION = 2
WHAT = "rendition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a rendition stands on: marks (keyed digests), ids and versions alone.

    ``entry`` is the ledger's entry that holds the digest of ``proof.json``; ``consents`` are the heads and events of
    the consent log; ``decided`` says by proposal which decisions of which reviewer took it out.
    """

    entry: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)
    terms: str = ""
    settings: str = ""
    consents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    decided: Mapping[str, str] = field(default_factory=dict)
    made_with: Mapping[str, str] = field(default_factory=dict)
    signer: Signer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
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
    windows: tuple[Taken, ...]
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
    def spans(self) -> tuple[RedactionInterval, ...]:
        """The windows, as a plan has them."""
        return tuple(
            RedactionInterval(start_s=one.start_s, end_s=one.end_s, track_id=one.track_id) for one in self.windows
        )

    def is_signed_by(self, public_key: str) -> bool:
        """Whether every byte of it is as the holder of that key signed it."""
        content = _content(replace(self, signature=""))
        return is_signed(WHAT, content, signature=self.signature, public_key=public_key)


_ADAPTER = TypeAdapter(Manifest)


def on(basis: Basis, made: Manifest) -> Manifest:
    """The manifest with what it stands on, signed where there is a signer."""
    told = replace(
        made,
        entry=basis.entry,
        sources=dict(basis.sources),
        terms=basis.terms,
        settings=basis.settings,
        consents=dict(basis.consents),
        tools={**versions(), **basis.made_with},
        signed_by=basis.signer.public_key if basis.signer else "",
        signature="",
    )
    # As it will be read again: numbers that were whole become what they are.
    told = _ADAPTER.validate_json(_content(told))
    return replace(told, signature=basis.signer.sign(WHAT, _content(told))) if basis.signer else told


def write(path: Path, manifest: Manifest) -> None:
    """Write ``proof.json``, the same bytes for the same values."""
    path.write_bytes(_content(manifest))


def read(path: Path) -> Manifest | None:
    """What ``proof.json`` says; None where one byte is not as it is written, or it is at odds with itself."""
    try:
        content = path.read_bytes()
        manifest = _ADAPTER.validate_json(content)
    except (OSError, ValidationError):
        return None
    sound = manifest.version == VERSION and manifest.verdict == manifest.proof.verdict
    return manifest if sound and _content(manifest) == content else None


def mark(key: bytes, what: str, content: str) -> str:
    """A keyed digest that stands for some text or digest; only who has the key can compare it."""
    return hmac.new(key, f"{what}\n{content}".encode(), hashlib.sha256).hexdigest()[:32]


def versions() -> dict[str, str]:
    """The programs that made and proved a rendition."""
    return {"offrecord": __version__, **{tool.name: tool.version or "missing" for tool in tools()}}


def in_order(windows: Sequence[RedactionInterval], terms: Terms, decided: Mapping[str, str]) -> tuple[Taken, ...]:
    """The windows in order of time, without the ids of the proposals, which stand for names, or terms in a reason."""
    taken = (
        Taken(
            start_s=window.start_s,
            end_s=window.end_s,
            track_id=window.track_id,
            reasons=tuple(terms.replace(reason) for reason in window.reasons),
            decided=tuple(sorted({decided[one] for one in window.proposal_ids if one in decided})),
        )
        for window in windows
    )
    return tuple(sorted(taken, key=lambda one: (one.start_s, one.end_s, one.track_id or "")))


def covers_in_order(
    covers: Sequence[RedactionBox], terms: Terms, decided: Mapping[str, str]
) -> tuple[RedactionBox, ...]:
    """The covers of the picture in order of time: the rule and the decisions about each, never a person's own words."""
    bare = (
        replace(
            cover,
            proposal_ids=(),
            reason="; ".join(
                (
                    terms.replace(cover.reason) if cover.proposal_ids else "laid by a person",
                    *sorted({decided[one] for one in cover.proposal_ids if one in decided}),
                )
            ),
        )
        for cover in covers
    )
    return tuple(sorted(bare, key=lambda cover: (cover.start_s, cover.end_s, repr(cover.region))))


def _content(manifest: Manifest) -> bytes:
    values = _ADAPTER.dump_python(manifest, mode="json")
    return (json.dumps(values, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()
