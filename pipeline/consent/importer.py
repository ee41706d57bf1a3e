"""Imports a table of form answers: all of it or nothing; what is on file already is not added again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pipeline.consent import notices
from pipeline.consent.answers import Submission, read_answers
from pipeline.consent.events import Draft, Event, EventState, Method
from pipeline.consent.forms import Form
from pipeline.consent.identity import Keys
from pipeline.consent.log import events_under, writing
from pipeline.consent.mapping import read_form
from pipeline.consent.parties import Directory
from pipeline.consent.snapshots import keep_snapshot
from pipeline.errors import InputRefused
from pipeline.records import Purpose
from pipeline.store import Workspace

_LAST_WITH_THE_SCOPE = frozenset({Purpose.RECORD, Purpose.TRANSCRIBE})
"""Purposes whose yes holds for the sessions in its scope; every other is asked again after a year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What one import did; ``unread`` places, as ``line 4, column 6``, were filed as unknown."""

    rows: int
    events: int
    on_file: int
    people: int
    unread: tuple[str, ...]


def import_answers(file: Path, mapping: Path, *, workspace: Workspace, now: datetime) -> Imported:
    """Files every answer of a table; raises before anything is written when any of it is uncertain."""
    form = read_form(mapping)
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InputRefused("the table of answers cannot be read", action="check its path") from error
    submissions = read_answers(content, form)
    source = hashlib.sha256(content).hexdigest()
    with writing(workspace, now=now) as log:
        claims = [claim for submission in submissions for claim in submission.claims]
        directory = Directory(log.connection, Keys(workspace.key("identity")), claims, now=now)
        drafts = _drafts(submissions, form, directory, source)
        fresh = list(_unfiled(drafts, events_under(log.connection, (draft.row_key for draft in drafts)), now))
        notices.put(log.connection, form)
        directory.save(log.connection)
        log.append(fresh)
        keep_snapshot(log.connection, workspace, file, source, {"rows": len(submissions), "events": len(fresh)})
    unread = [f"line {row.line}, column {number}" for row in submissions for number in row.unread]
    return Imported(
        rows=len(submissions),
        events=len(fresh),
        on_file=len(drafts) - len(fresh),
        people=directory.added,
        unread=tuple(unread),
    )


def _drafts(submissions: Sequence[Submission], form: Form, directory: Directory, source: str) -> list[Draft]:
    """One event for each purpose of each row; rows of one person and moment become one."""
    drafts: dict[str, Draft] = {}
    digest = notices.digest_of(form)
    for submission in submissions:
        party_id = directory.settle(submission.claims)
        for purpose, state in submission.states.items():
            draft = Draft(
                party_id=party_id,
                purpose=purpose,
                scope=form.scope,
                state=state,
                indicated_at=submission.at,
                indicated_text=submission.at_text,
                effective_from=_counts_from(submission, state),
                valid_until=_valid_until(purpose, state, submission.at),
                method=Method.FORM,
                subject=form.notice_id,
                notice=digest if submission.finished else None,
                evidence=("form_row", f"{source}:{submission.line}", submission.digest),
                entered_by="import",
            )
            drafts[draft.row_key] = _agreed(drafts.get(draft.row_key, draft), draft)
    return list(drafts.values())


def _counts_from(submission: Submission, state: EventState) -> datetime:
    """A no counts from when the row was sent; a yes in a row that was changed later only from that change."""
    changed = submission.changed_at
    return max(submission.at, changed) if changed and not state.is_no else submission.at


def _agreed(one: Draft, other: Draft) -> Draft:
    """Two rows as one: as they are when they agree; a no when either is one; else unknown; in any order."""
    if one.state is other.state:
        return one
    state = max(one.state, other.state, EventState.UNKNOWN, key=lambda state: (state.closedness, state))
    return replace(one, state=state, valid_until=None)


def _valid_until(purpose: Purpose, state: EventState, at: datetime) -> datetime | None:
    """When a yes ends by itself."""
    if state is not EventState.GIVEN or purpose in _LAST_WITH_THE_SCOPE:
        return None
    leap_day = (at.month, at.day) == (2, 29)
    return at.replace(year=at.year + 1, day=28) if leap_day else at.replace(year=at.year + 1)


def _unfiled(drafts: Iterable[Draft], filed: Iterable[Event], now: datetime) -> Iterator[Draft]:
    """The drafts that the log lacks; an answer that was changed in its row becomes a further event.

    A change towards no counts from the row's own time, a change towards yes only from now. A yes that was there before
    cannot be told from an old copy of the table, so it opens nothing again: that takes a new submission.
    """
    known: dict[str, list[Event]] = {}
    for event in filed:
        known.setdefault(event.row_key, []).append(event)
    for draft in drafts:
        earlier = known.get(draft.row_key, [])
        if not earlier:
            yield draft
        elif earlier[-1].state is not draft.state:
            repeated = sum(event.state is draft.state for event in earlier)
            closes = draft.state.closedness >= earlier[-1].state.closedness
            if closes or not repeated:
                at = draft.indicated_at if closes and not repeated else max(now, draft.indicated_at)
                yield replace(draft, effective_from=at, revision=repeated)
