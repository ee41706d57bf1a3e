"""Imports a table of form answers; what is on file already is not added again, and no bad row holds back a no."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from pipeline.consent.answers import answer_rows
from pipeline.consent.answers.parse import read_answers
from pipeline.consent.answers.submission import Submission
from pipeline.consent.log.events import Draft, Event, EventState, Method
from pipeline.consent.log.identity import AliasKind, Keys
from pipeline.consent.log.log import events_of, events_under, writing
from pipeline.consent.log.parties import Directory
from pipeline.consent.log.withdrawal_events import withdrawals_in
from pipeline.consent.notices import versions
from pipeline.consent.notices.form_mapping import read_form
from pipeline.consent.notices.forms import Form
from pipeline.errors import InputRefused
from pipeline.records import Purpose
from pipeline.store import Workspace, withdrawals
from pipeline.store.withdrawals import Withdrawal

_LAST_WITH_THE_SCOPE = frozenset({Purpose.RECORD, Purpose.TRANSCRIBE})
"""Purposes whose yes holds for the sessions in its scope; every other is asked again after a year."""


_NAMED = 20
"""How many bad rows an error names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedAnswers:
    """What one import did; ``unread`` places, as ``line 4, column 6``, were filed as unknown.

    ``withdrawals`` are the ids of those that came with it, ``withdrawn_renditions`` those that are out no more;
    ``erased`` rows were erased on request and not filed again.
    """

    rows: int
    events: int
    on_file: int
    people: int
    unread: tuple[str, ...]
    withdrawals: tuple[str, ...] = ()
    withdrawn_renditions: tuple[str, ...] = ()
    erased: int = 0


def import_answers(
    file: Path,
    mapping: Path,
    *,
    workspace: Workspace,
    now: datetime,
    then: Callable[[Withdrawal], Sequence[str]] = lambda _: (),
) -> ImportedAnswers:
    """Files every answer of a table; ``then`` takes back what each withdrawal among them asks for, under the lock.

    Raises ``InputRefused`` before anything is written where the table cannot be read. Where single rows cannot, what
    the others refuse and withdraw is filed, for nobody's no waits for somebody else's row, and nothing else: then it
    raises afterwards, naming every bad row.
    """
    form = read_form(mapping)
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InputRefused("the table of answers cannot be read", action="check its path") from error
    table = read_answers(content, form)
    rows = table.submissions if not table.bad_rows else tuple(_refusals_in(table.submissions))
    if table.bad_rows and not rows:
        raise _bad_rows(table.bad_rows, filed=0)
    imported = file_answers(rows, form, hashlib.sha256(content).hexdigest(), workspace=workspace, now=now, then=then)
    if table.bad_rows:
        raise _bad_rows(table.bad_rows, filed=imported.events)
    return imported


def file_answers(
    submissions: Sequence[Submission],
    form: Form,
    source: str,
    *,
    workspace: Workspace,
    now: datetime,
    then: Callable[[Withdrawal], Sequence[str]],
) -> ImportedAnswers:
    """Files what a form's rows say, all of it or nothing; ``source`` is the digest of what they were read from."""
    withdrawn: list[Withdrawal] = []
    withdrawn_folders: list[str] = []

    def afterwards() -> None:
        for withdrawal in withdrawn:
            withdrawn_folders.extend(then(withdrawal))

    with writing(workspace, now=now, then=afterwards) as log:
        keys = Keys(workspace.key("identity"))
        rows = _not_erased(log.connection, keys, submissions)
        claims = [claim for row in rows for claim in (*row.claims, *row.sent_by)]
        directory = Directory(log.connection, keys, claims, now=now)
        whose = [_people(row, directory) for row in rows]
        drafts = _drafts(zip(rows, whose, strict=True), form, source)
        fresh = list(_unfiled(drafts, events_under(log.connection, (draft.row_key for draft in drafts)), now))
        versions.put(log.connection, form)
        directory.save(log.connection)
        noes = [draft for draft in fresh if draft.state.is_no]
        withdrawn += withdrawals_in(noes, events_of(log.connection, (draft.party_id for draft in noes)), now=now)
        log.append(fresh)
        for withdrawal in withdrawn:
            log.withdraw(withdrawal)
        of_people = [(party_id, row) for (party_id, _), row in zip(whose, rows, strict=True)]
        answer_rows.keep(log.connection, keys, source, of_people, {"rows": len(rows), "events": len(fresh)})
    return ImportedAnswers(
        rows=len(rows),
        events=len(fresh),
        on_file=len(drafts) - len(fresh),
        people=directory.added,
        unread=tuple(f"line {row.line}, column {number}" for row in rows for number in row.unread),
        withdrawals=tuple(withdrawal.withdrawal_id for withdrawal in withdrawn),
        withdrawn_renditions=tuple(dict.fromkeys(withdrawn_folders)),
        erased=len(submissions) - len(rows),
    )


def _refusals_in(submissions: Iterable[Submission]) -> Iterator[Submission]:
    """The rows that say no to anything, with what they say no to alone."""
    for row in submissions:
        noes = {purpose: state for purpose, state in row.states.items() if state.is_no}
        if noes:
            yield replace(row, states=noes, unread=())


def _bad_rows(errors: Sequence[InputRefused], *, filed: int) -> InputRefused:
    """The error that names the rows that cannot be read, and says what was filed of the others."""
    named = "; ".join(error.message for error in errors[:_NAMED])
    more = f"; and {len(errors) - _NAMED} more rows" if len(errors) > _NAMED else ""
    if not filed and len(errors) == 1:
        return errors[0]
    others = f"of the others {filed} refusals were filed and nothing else" if filed else "nothing was imported"
    return InputRefused(named + more, action=f"{others}; correct these rows and import the table again")


def _not_erased(connection: Connection, keys: Keys, rows: Sequence[Submission]) -> list[Submission]:
    """The rows without those that were erased, and those that an erased person had sent before they asked for it.

    A table that gained a column holds no row as it was: then the person is known again by their address or id.
    """
    gone = answer_rows.erased(connection, (row.digest for row in rows))
    asked_at = withdrawals.erased_hashes(connection)

    def is_old(row: Submission) -> bool:
        sent = max(row.at, row.changed_at or row.at)
        known_by = {keys.hashed(kind, value) for kind, value in _known_by(row)} if asked_at else set()
        return any(sent <= asked_at[mark] for mark in known_by & asked_at.keys())

    return [row for row in rows if row.digest not in gone and not is_old(row)]


def _known_by(row: Submission) -> Iterator[tuple[AliasKind, str]]:
    """The addresses and ids in a row; of who sent it for another only where it says no no, which always counts."""
    says_no = any(state.is_no for state in row.states.values())
    for kind, value, _ in (*row.claims, *(() if says_no else row.sent_by)):
        if kind in (AliasKind.EMAIL, AliasKind.PLATFORM):
            yield kind, value


def _people(row: Submission, directory: Directory) -> tuple[str, str]:
    """Whom a row is about, and who sent it where that is another."""
    return directory.settle(row.claims), directory.settle(row.sent_by) if row.sent_by else ""


def _drafts(submissions: Iterable[tuple[Submission, tuple[str, str]]], form: Form, source: str) -> list[Draft]:
    """One event for each purpose of each row; rows of one person and moment become one."""
    drafts: dict[str, Draft] = {}
    digest = versions.digest_of(form)
    for submission, (party_id, sender) in submissions:
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
                indicated_by=sender,
                by_guardian=submission.by_guardian,
                of_age=submission.of_age,
            )
            drafts[draft.row_key] = _agreed(drafts.get(draft.row_key, draft), draft)
    return list(drafts.values())


def _counts_from(submission: Submission, state: EventState) -> datetime:
    """A no counts from when the row was sent; a yes in a row that was changed later only from that change."""
    changed = submission.changed_at
    return max(submission.at, changed) if changed and not state.is_no else submission.at


def _agreed(draft: Draft, other: Draft) -> Draft:
    """Two rows as one: as they are when they agree; a no when either is one; else unknown; in any order."""
    if draft.state is other.state:
        return draft
    state = max(draft.state, other.state, EventState.UNKNOWN, key=lambda state: (state.restrictiveness, state))
    return replace(draft, state=state, valid_until=None)


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
            closes = draft.state.restrictiveness >= earlier[-1].state.restrictiveness
            if closes or not repeated:
                at = draft.indicated_at if closes and not repeated else max(now, draft.indicated_at)
                yield replace(draft, effective_from=at, revision=repeated)
