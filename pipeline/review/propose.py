"""Puts the findings of one entity together as one proposal, with the label that stands in its place."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable

from pipeline.records import Finding, Proposal, SoundPlace

KINDS = {"SECRET": "key", "TERM": "term", "OTHER": "name"}
_KNOWN = "known name"


def propose(session_id: str, findings: Iterable[Finding]) -> tuple[Proposal, ...]:
    """One proposal for each entity; labels are numbered in order of first appearance, people known beforehand first."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.entity, []).append(finding)
    counts: Counter[str] = Counter()
    proposals = []
    for entity, group in sorted(groups.items(), key=lambda item: (_is_unknown(item[1]), _first(item[1]), item[0])):
        label = max(group, key=lambda finding: (finding.score, finding.label)).label
        kind = KINDS.get(label, label.lower())
        counts[kind] += 1
        proposals.append(
            Proposal(
                proposal_id=proposal_id(session_id, entity),
                session_id=session_id,
                entity=entity,
                label=label,
                replacement=f"[{kind} {counts[kind]}]",
                findings=tuple(sorted(group, key=_place)),
            )
        )
    return tuple(proposals)


def proposal_id(session_id: str, entity: str) -> str:
    """The id of an entity's proposal: the same in every run, so that decisions find it again."""
    digest = hashlib.sha256(f"{session_id}\n{entity}".encode()).hexdigest()
    return f"r-{digest[:12]}"


def _is_unknown(group: list[Finding]) -> bool:
    return not any(finding.rule == _KNOWN for finding in group)


def _first(group: list[Finding]) -> tuple[float, str, int, int]:
    return min(map(_place, group))


def _place(finding: Finding) -> tuple[float, str, int, int]:
    """An order over places: sound by time, then captions, chat and title."""
    if isinstance(finding.place, SoundPlace):
        return finding.place.start_s, "", *finding.place.words
    return float("inf"), finding.place.surface, finding.place.index, finding.place.start_char
