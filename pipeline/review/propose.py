"""Puts the findings of one entity together as one proposal, with the label that stands in its place."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from pipeline.records import Finding, PicturePlace, Proposal, SoundPlace
from pipeline.review.attribution import attributed
from pipeline.review.entity_linking import owners_of_guesses

KINDS = {
    "SECRET": "key",
    "TERM": "term",
    "OTHER": "name",
    "REPORTED_SPEECH": "quote",
    "STATEMENT": "statement",
    "HEARD_AGAIN": "heard",
}
_NOBODY: Mapping[str, str] = MappingProxyType({})


def propose(
    session_id: str, findings: Iterable[Finding], *, known: Mapping[str, str] = _NOBODY
) -> tuple[Proposal, ...]:
    """One proposal for each entity.

    ``known`` are the labels that some entities have in every session; the others' are numbered in order of first
    appearance, people known beforehand first.
    """
    findings = tuple(findings)
    listed = {*known, *(finding.entity for finding in findings if finding.rule.spec.listed)}
    entities = [attributed(finding, listed) for finding in findings]
    owners = owners_of_guesses(entities)
    groups: dict[str, list[Finding]] = {}
    for finding, entity in zip(findings, entities, strict=True):
        groups.setdefault(owners.get(entity, entity), []).append(finding)
    counts: Counter[str] = Counter()
    proposals = []
    for entity, group in sorted(groups.items(), key=lambda item: (_is_unknown(item[1]), _first(item[1]), item[0])):
        label = max(group, key=lambda finding: (finding.score, finding.label)).label
        kind = KINDS.get(label, label.lower())
        counts[kind] += entity not in known
        proposals.append(
            Proposal(
                proposal_id=proposal_id(session_id, entity),
                session_id=session_id,
                entity=entity,
                label=label,
                replacement=known.get(entity) or f"[{kind} {counts[kind]}]",
                findings=tuple(sorted(group, key=_place)),
            )
        )
    return tuple(proposals)


def proposal_id(session_id: str, entity: str) -> str:
    """The id of an entity's proposal: the same in every run, so that decisions find it again."""
    digest = hashlib.sha256(f"{session_id}\n{entity}".encode()).hexdigest()
    return f"r-{digest[:12]}"


def _is_unknown(group: list[Finding]) -> bool:
    return not any(finding.rule.spec.listed and finding.label == "PERSON" for finding in group)


def _first(group: list[Finding]) -> tuple[float, str, int, int]:
    return min(map(_place, group))


def _place(finding: Finding) -> tuple[float, str, int, int]:
    """An order over places: sound by time, then captions, chat and title, then the picture by time."""
    if isinstance(finding.place, SoundPlace):
        return finding.place.start_s, "", *finding.place.words
    if isinstance(finding.place, PicturePlace):
        return float("inf"), "~picture", round(finding.place.start_s * 1000), round(finding.place.end_s * 1000)
    return float("inf"), finding.place.surface, finding.place.index, finding.place.start_char
