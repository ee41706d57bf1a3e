"""How risky it is that nobody looks at a session: what is undecided and unsure, what nobody heard; with its reasons.

Undecided is redacted, so what detection is sure of can wait. What it is not sure of stands for what it may have missed,
a place that a proof heard again for what a rendition may still say, and speech without words for what nobody read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.lexicon.counted import counted
from pipeline.records import Proposal, Purpose, Session

# Choices, not measurements: the table of docs/reviewers.md. What matters is the order that they make.
_WEIGHTS = {"SECRET": 5.0, "PERSON": 3.0, "COMPANY": 3.0, "TERM": 3.0, "PRODUCT": 3.0, "OTHER": 1.0}
_NAMES = frozenset({"PERSON", "COMPANY", "TERM", "PRODUCT", "OTHER"})
_OTHER_WEIGHT = 2.0
_UNSURE_BELOW = 0.8
"""Where participants are known, a stranger's name needs this much evidence (docs/detection.md)."""
_LISTED, _SURE = 0.5, 0.25
"""Shares of the weight of what a list names, and of what is sure without one; what is unsure counts whole."""
_HEARD_AGAIN, _FLAGGED = 6.0, 4.0
_PER_UNHEARD_S = 0.5
_PUBLIC = 1.5
_ENDING = 1.25
"""Looked at first among those alike: what may be published of it may become less before anybody has decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """Points, 0 for a session in which nothing is left to do, and what they are for, the most points first."""

    points: float
    reasons: tuple[str, ...]


def risk_of(
    session: Session, left: Sequence[Proposal], *, flagged: int, unheard_s: float, ends_on: date | None = None
) -> Risk:
    """The risk of a session with these undecided proposals, some of them flagged, and speech that no word covers.

    ``ends_on`` is the day on which its ruling ends, where that is soon: somebody's consent, a hold, or a retention.
    """
    again = [proposal for proposal in left if proposal.is_heard_again]
    listed = [each for each in left if not each.is_heard_again and _is_listed(each)]
    others = [each for each in left if not each.is_heard_again and not _is_listed(each)]
    unsure = [proposal for proposal in others if proposal.score < _UNSURE_BELOW]
    sure = [proposal for proposal in others if proposal.score >= _UNSURE_BELOW]
    names = [proposal for proposal in unsure if proposal.label in _NAMES]
    rest = [proposal for proposal in unsure if proposal.label not in _NAMES]
    parts = [
        (_weight(names), counted(len(names), "unsure name")),
        (_weight(rest), f"{len(rest)} unsure of other kinds"),
        (_LISTED * _weight(listed), counted(len(listed), "listed name")),
        (_SURE * _weight(sure), f"{len(sure)} sure without a list"),
        (_HEARD_AGAIN * len(again), f"{counted(len(again), 'place')} that the proof heard again"),
        (_FLAGGED * flagged, f"{flagged} for a lead"),
        (_PER_UNHEARD_S * unheard_s, f"{unheard_s:.0f} s unheard"),
    ]
    points, reasons = sum(part for part, _ in parts), [why for part, why in sorted(parts, key=_most) if part > 0]
    if points and Purpose.PUBLIC_RECORDING in session.purposes:
        points, reasons = points * _PUBLIC, [*reasons, "to be published"]
    if points and ends_on is not None:
        points, reasons = points * _ENDING, [*reasons, f"consent, a hold or a retention ends on {ends_on}"]
    return Risk(points=round(points, 2), reasons=tuple(reasons))


def _most(part: tuple[float, str]) -> float:
    return -part[0]


def _weight(proposals: Iterable[Proposal]) -> float:
    return sum(_WEIGHTS.get(proposal.label, _OTHER_WEIGHT) for proposal in proposals)


def _is_listed(proposal: Proposal) -> bool:
    return any(finding.rule.spec.listed for finding in proposal.findings)
