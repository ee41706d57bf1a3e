"""Makes ``proof.json`` for a rendition: what it was made from and by whose word, in marks and ids alone."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline import __version__
from pipeline.media.tools import tools
from pipeline.proof import Manifest, RedactedWindow, signed
from pipeline.records import PicturePlan, RedactionBox, RedactionInterval
from pipeline.render.terms import TermReplacer
from pipeline.store.signing import Signer


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


def resting_on(basis: Basis, manifest: Manifest) -> Manifest:
    """The manifest with what it stands on, signed where there is a signer."""
    complete = replace(
        manifest,
        entry=basis.entry,
        sources=dict(basis.sources),
        terms=basis.terms,
        settings=basis.settings,
        consents=dict(basis.consents),
        tools={**versions(), **basis.made_with},
    )
    return signed(complete, basis.signer)


def mark(key: bytes, what: str, content: str) -> str:
    """A keyed digest that stands for some text or digest; only who has the key can compare it."""
    return hmac.new(key, f"{what}\n{content}".encode(), hashlib.sha256).hexdigest()[:32]


def versions() -> dict[str, str]:
    """The programs that made and proved a rendition."""
    return {"offrecord": __version__, **{tool.name: tool.version or "missing" for tool in tools()}}


def windows_in_order(
    windows: Sequence[RedactionInterval], terms: TermReplacer, decided: Mapping[str, str]
) -> tuple[RedactedWindow, ...]:
    """The windows in order of time, without the ids of the proposals, which stand for names, or terms in a reason."""
    taken = (
        RedactedWindow(
            start_s=window.start_s,
            end_s=window.end_s,
            track_id=window.track_id,
            reasons=tuple(terms.replace(reason) for reason in window.reasons),
            decided=tuple(sorted({decided[number] for number in window.proposal_ids if number in decided})),
        )
        for window in windows
    )
    return tuple(sorted(taken, key=lambda window: (window.start_s, window.end_s, window.track_id or "")))


def covers_in_order(
    picture: PicturePlan | None, terms: TermReplacer, decided: Mapping[str, str]
) -> tuple[RedactionBox, ...]:
    """The covers of the picture in order of time: the rule and the decisions about each, never a person's own words."""
    if picture is None:
        return ()
    laid = [
        replace(
            cover,
            proposal_ids=(),
            reason="; ".join(
                (
                    terms.replace(cover.reason) if cover.proposal_ids else "laid by a person",
                    *sorted({decided[number] for number in cover.proposal_ids if number in decided}),
                )
            ),
        )
        for cover in picture.covers
    ]
    closed = (replace(cover, reason=f"consent: {cover.reason}") for cover in picture.closed)
    return tuple(sorted([*laid, *closed], key=lambda cover: (cover.start_s, cover.end_s, repr(cover.region))))
