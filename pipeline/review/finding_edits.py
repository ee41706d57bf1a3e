"""What reviewers change about findings: a mention that nothing found, edges moved by ear, another category; speakers.

Edits are append-only like decisions, and laid over what detection found in every run: by time, not by words, so that
they hold after a session is recognised anew. They hold no text of the session.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import Connection, Engine, func, select

from pipeline.errors import UsageProblem, VersionConflict
from pipeline.lexicon import FUNCTION_WORDS, words_of
from pipeline.records import DetectionRule, Finding, Proposal, SoundPlace, Transcript, Word
from pipeline.review.actors import marks_of
from pipeline.store import ledger
from pipeline.store.codec import decode, encode
from pipeline.store.database import reading
from pipeline.store.tables.review import finding_edit

CATEGORIES = ("PERSON", "COMPANY", "TERM", "NUMBER", "EMAIL", "OTHER")
_SHORTEST_S = 0.02
_BETWEEN = "\n"
_HAND = "~"
"""Stands between the id of a finding and the number of the edit that changed it: a sign-off is of the changed one."""


class EditAct(StrEnum):
    """What an edit does."""

    ADD = "add"
    MOVE = "move"
    RELABEL = "relabel"
    ASSIGN = "assign"
    UNDO = "undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingEdit:
    """One act about findings; times in seconds on the session's clock.

    ``target`` is the finding whose edges move, the entities that get another category, the turn whose speaker is
    assigned, or the number of the edit that is undone; empty for a mention that is added. ``participant_id`` is who
    says the words of that turn, and ``known_by`` marks of what they were known by: a list of participants that is
    written anew may give that id to somebody else.
    """

    act: EditAct
    target: str = ""
    label: str = ""
    track_id: str = ""
    start_s: float = 0.0
    end_s: float = 0.0
    participant_id: str = ""
    known_by: tuple[str, ...] = ()


_OF_A_TARGET = (EditAct.MOVE, EditAct.RELABEL, EditAct.ASSIGN)


def edits(db: Engine, session_id: str) -> dict[int, FindingEdit]:
    """The edits of a session that nobody undid, by number, in order."""
    with reading(db) as connection:
        return edits_in(connection, session_id)


def edits_in(connection: Connection, session_id: str) -> dict[int, FindingEdit]:
    """The same, in a view of the database that is the caller's."""
    query = select(finding_edit).where(finding_edit.c.session_id == session_id).order_by(finding_edit.c.seq)
    current: dict[int, FindingEdit] = {}
    for row in connection.execute(query):
        edit = decode(row.body, FindingEdit)
        if edit.act is EditAct.UNDO:
            current.pop(int(edit.target), None)
        else:
            current[row.seq] = edit
    return current


def maker_of(db: Engine, session_id: str, number: int) -> str:
    """Who made the edit of this number, empty where there is none."""
    query = select(finding_edit.c.actor).where(finding_edit.c.session_id == session_id, finding_edit.c.seq == number)
    with reading(db) as connection:
        return connection.execute(query).scalar() or ""


def last_by(db: Engine, session_id: str, actor: str) -> int:
    """The number of the last edit that holds and that somebody made; 0 where there is none."""
    query = select(finding_edit.c.seq).where(finding_edit.c.session_id == session_id, finding_edit.c.actor == actor)
    with reading(db) as connection:
        current = edits_in(connection, session_id)
        return max((row.seq for row in connection.execute(query) if row.seq in current), default=0)


def record(
    db: Engine, session_id: str, edit: FindingEdit, *, actor: str, reason: str, version: int | None = None
) -> int:
    """Keeps an edit and gives its number; with ``version`` only where that is still the last about its target.

    Raises ``VersionConflict`` where somebody was quicker, ``UsageProblem`` for an edit that changes nothing.
    """
    if not actor.strip() or not reason.strip():
        raise UsageProblem("an edit needs an actor and a reason", action="give both")
    _check(edit)
    if edit.act is EditAct.UNDO and int(edit.target) not in edits(db, session_id):
        raise UsageProblem("there is no such edit to undo", action="load the page again")
    row = {"session_id": session_id, "act": edit.act.value, "target": _mark(edit.target)}
    at = datetime.now(UTC).isoformat()
    with db.begin() as connection:
        last = _last(connection, session_id, edit.target)
        if version is not None and edit.act in _OF_A_TARGET and version != last:
            raise VersionConflict(last)
        added = finding_edit.insert().values(**row, body=encode(edit).decode(), actor=actor, reason=reason, acted_at=at)
        seq: int = connection.execute(added.returning(finding_edit.c.seq)).scalar_one()
        ledger.append(connection, "finding edit", f"{seq}", {**row, **marks_of(actor)})
    return seq


def versions(db: Engine, session_id: str) -> Mapping[str, int]:
    """The number of the last edit about each target, by the mark of the target."""
    query = (
        select(finding_edit.c.target, func.max(finding_edit.c.seq).label("seq"))
        .where(finding_edit.c.session_id == session_id)
        .group_by(finding_edit.c.target)
    )
    with reading(db) as connection:
        return {row.target: row.seq for row in connection.execute(query)}


def edited(
    session_id: str, findings: Iterable[Finding], current: Mapping[int, FindingEdit], transcript: Transcript
) -> tuple[Finding, ...]:
    """What detection found under the edits that hold: pure, the same for the same transcript."""
    moves = {edit.target: (seq, edit) for seq, edit in current.items() if edit.act is EditAct.MOVE}
    labels = {
        entity: (seq, edit)
        for seq, edit in current.items()
        if edit.act is EditAct.RELABEL
        for entity in edit.target.split(_BETWEEN)
    }
    changed: list[Finding] = []
    for finding in findings:
        parts = _moved(finding, *moves[finding.finding_id], transcript) if finding.finding_id in moves else (finding,)
        changed += (_relabelled(part, labels.get(part.entity)) for part in parts)
    for seq, edit in current.items():
        if edit.act is EditAct.ADD:
            added = _added(session_id, seq, edit, transcript)
            changed += (_relabelled(finding, labels.get(finding.entity)) for finding in added)
    return tuple(changed)


def same_words(transcript: Transcript, track_id: str, start_s: float, end_s: float) -> tuple[SoundPlace, ...]:
    """Every place where the words of a span are said, the span itself first; on any track, in order of time.

    Words that are in any talk ("and the") are looked for nowhere else.
    """
    own = _place(transcript, track_id, start_s, end_s)
    chosen = _indices(transcript.words, track_id, start_s, end_s)
    tokens = [word for index in chosen for word in words_of(transcript.words[index].text)]
    if not tokens or all(token in FUNCTION_WORDS for token in tokens):
        return own
    elsewhere = [place for place in _repeats(transcript, tokens) if not _overlaps(place, own[0])]
    return (*own, *elsewhere)


def category_target(proposal: Proposal) -> str:
    """What an edit of a proposal's category is about: every entity that its findings have, which may be several."""
    return _BETWEEN.join(sorted({finding.entity for finding in proposal.findings}))


def base_id(finding_id: str) -> str:
    """The id under which detection knows a finding that a reviewer changed."""
    return finding_id.partition(_HAND)[0]


def edits_of(finding_id: str) -> frozenset[int]:
    """The numbers of the edits that changed a finding, as its id says."""
    return frozenset(int(part.partition(".")[0]) for part in finding_id.split(_HAND)[1:])


def _check(edit: FindingEdit) -> None:
    if edit.act in (EditAct.ADD, EditAct.MOVE, EditAct.ASSIGN) and not edit.end_s - edit.start_s >= _SHORTEST_S:
        raise UsageProblem("the span has no time", action="let it end after it begins")
    if edit.act in (EditAct.ADD, EditAct.RELABEL) and edit.label not in CATEGORIES:
        raise UsageProblem("there is no such category", action=f"use one of {', '.join(CATEGORIES)}")


def _last(connection: Connection, session_id: str, target: str) -> int:
    query = select(func.coalesce(func.max(finding_edit.c.seq), 0)).where(
        finding_edit.c.session_id == session_id, finding_edit.c.target == _mark(target)
    )
    last: int = connection.execute(query).scalar_one()
    return last


def _mark(target: str) -> str:
    """A target without its text: the entity of a proposal holds a name."""
    return hashlib.sha256(target.encode()).hexdigest()[:16] if target else ""


def mark_of(target: str) -> str:
    """The mark under which ``versions`` has a target."""
    return _mark(target)


def _moved(finding: Finding, seq: int, edit: FindingEdit, transcript: Transcript) -> Iterator[Finding]:
    if not isinstance(finding.place, SoundPlace):
        yield finding
        return
    for number, place in enumerate(_place(transcript, finding.place.track_id, edit.start_s, edit.end_s)):
        finding_id = f"{finding.finding_id}{_HAND}{seq}" + (f".{number}" if number else "")
        yield replace(finding, finding_id=finding_id, place=place)


def _relabelled(finding: Finding, change: tuple[int, FindingEdit] | None) -> Finding:
    if change is None:
        return finding
    seq, edit = change
    return replace(finding, finding_id=f"{finding.finding_id}{_HAND}{seq}", label=edit.label)


def _added(session_id: str, seq: int, edit: FindingEdit, transcript: Transcript) -> Iterator[Finding]:
    """A mention that a reviewer marked, and every other place where the same words are said."""
    words = [transcript.words[index] for index in _indices(transcript.words, edit.track_id, edit.start_s, edit.end_s)]
    text = " ".join(word.text for word in words)
    entity = f"marked:{' '.join(words_of(text)) or seq}"
    for number, place in enumerate(same_words(transcript, edit.track_id, edit.start_s, edit.end_s)):
        yield Finding(
            finding_id=f"{session_id}-e{seq}.{number}",
            entity=entity,
            label=edit.label,
            text=text,
            rule=DetectionRule.REVIEWER,
            score=1.0,
            place=place,
        )


def _place(transcript: Transcript, track_id: str, start_s: float, end_s: float) -> tuple[SoundPlace, ...]:
    """A span set by hand: once for each run of neighbouring words of its track in it, or once without words."""
    place = SoundPlace(track_id=track_id, start_s=start_s, end_s=end_s, time_uncertainty_s=0.0, set_by_hand=True)
    runs = _runs(_indices(transcript.words, track_id, start_s, end_s))
    return tuple(replace(place, words=run) for run in runs) or (place,)


def _repeats(transcript: Transcript, tokens: Sequence[str]) -> Iterator[SoundPlace]:
    """Where these words are said by one track in a row, with the times that the recogniser gives."""
    by_track: dict[str, list[tuple[int, str]]] = {}
    for index, word in enumerate(transcript.words):
        by_track.setdefault(word.track_id, []).extend((index, token) for token in words_of(word.text))
    for spoken in by_track.values():
        for at in range(len(spoken) - len(tokens) + 1):
            if all(spoken[at + number][1] == token for number, token in enumerate(tokens)):
                indices = sorted({index for index, _ in spoken[at : at + len(tokens)]})
                yield from _of_words(transcript.words, indices)


def _of_words(words: Sequence[Word], indices: Sequence[int]) -> Iterator[SoundPlace]:
    """The whole span of some words of one track, once for each run of neighbours in the transcript."""
    own = [words[index] for index in indices]
    place = SoundPlace(
        track_id=own[0].track_id,
        start_s=min(word.start_s for word in own),
        end_s=max(word.end_s for word in own),
        time_uncertainty_s=max(word.time_uncertainty_s for word in own),
    )
    return (replace(place, words=run) for run in _runs(indices))


def _runs(indices: Sequence[int]) -> list[tuple[int, int]]:
    """Indices in order as half-open ranges of neighbours."""
    runs: list[tuple[int, int]] = []
    for index in indices:
        if runs and runs[-1][1] == index:
            runs[-1] = (runs[-1][0], index + 1)
        else:
            runs.append((index, index + 1))
    return runs


def _indices(words: Sequence[Word], track_id: str, start_s: float, end_s: float) -> list[int]:
    return [
        index
        for index, word in enumerate(words)
        if word.track_id == track_id and word.start_s < end_s and word.end_s > start_s
    ]


def _overlaps(place: SoundPlace, other: SoundPlace) -> bool:
    same_track = place.track_id == other.track_id
    return same_track and place.start_s < other.end_s and place.end_s > other.start_s
