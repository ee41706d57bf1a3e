"""The consent form of our own: links to it, what it asks, an answer filed as an import files one, and withdrawal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from pipeline.consent.answers.importer import file_answers
from pipeline.consent.answers.parse import digest_of
from pipeline.consent.answers.submission import Submission
from pipeline.consent.log.events import EventState, canonical, sha256
from pipeline.consent.log.identity import AliasKind, Verified, is_address
from pipeline.consent.log.log import writing
from pipeline.consent.log.parties import Claim
from pipeline.consent.notices import versions
from pipeline.consent.notices.form_mapping import read_form
from pipeline.consent.notices.forms import ASKABLE, ColumnKind, Form, purposes_of
from pipeline.consent.staff.withdraw import Erasure, FiledWithdrawal
from pipeline.errors import InputRefused, RefusedByPolicy, UsageProblem
from pipeline.records import Purpose
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from pipeline.workflow.consent_actions import withdraw_consent
from pipeline.workflow.erasure import quarantine
from pipeline.workflow.sealed_links import seal, unseal

# A notice is asked again after a year at the latest; a month is long enough to answer before one office hour.
VALID_FOR = timedelta(days=30)
BY_LINK = "the person, by the link of their receipt"
_LONGEST = 200
"""Characters of anything that somebody types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A link to the form: which notice version, until when, and for whose mailbox; empty where anybody may answer."""

    notice: str
    session_id: str
    email: str
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationLink:
    """A link for somebody: ``email`` is empty for the one that all participants of a call may share."""

    email: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question that takes yes or no: its name in the form, its words, and the purposes that it is about."""

    name: str
    text: str
    purposes: tuple[Purpose, ...]
    of_age: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What somebody sent: by question whether yes, who they are, where they are, and whether they may be named."""

    yes: Mapping[str, bool]
    email: str
    name: str
    place: str
    may_be_named: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FormReceipt:
    """What was filed: the evidence's digest, and the secret of the link that withdraws it."""

    evidence: str
    at: str
    states: tuple[tuple[str, bool], ...]
    withdrawal: str


def invite(
    session_id: str, form: Path, *, emails: Sequence[str], url: str, workspace: Workspace, now: datetime
) -> list[InvitationLink]:
    """Files the notice version of a form, and gives links to it: one for each address, and one to share.

    Without addresses those of the session's participants are taken. Raises ``UsageProblem`` for a form that asks
    nothing that our own page can ask, or an address that is none.
    """
    notice = read_form(form)
    if not questions_of(notice):
        raise UsageProblem("the form asks nothing that takes yes or no", action="map a column to purpose:…")
    session = Registry(workspace.db).session(session_id)
    known = [person.email for person in session.participants if person.email]
    for email in emails:
        if not is_address(email):
            raise UsageProblem("that is not an e-mail address", action="correct --email")
    with writing(workspace, now=now) as log:
        digest = versions.put(log.connection, notice)
    until = (now + VALID_FOR).isoformat()
    invitations = [
        Invitation(notice=digest, session_id=session_id, email=email, until=until)
        for email in ("", *(emails or dict.fromkeys(known)))
    ]
    return [
        InvitationLink(email=each.email, link=f"{url}/consent/{seal(workspace, asdict(each))}") for each in invitations
    ]


def read_invitation(secret: str, *, workspace: Workspace, now: datetime) -> tuple[Invitation, Form]:
    """What a link is about, with the notice version that it shows.

    Raises ``UsageProblem`` for one that is none of ours, ``RefusedByPolicy`` for one whose time is over.
    """
    invitation = Invitation(**unseal(workspace, secret, {"notice", "session_id", "email", "until"}))
    if now > datetime.fromisoformat(invitation.until):
        raise RefusedByPolicy("this link has expired", action="ask for a new one")
    return invitation, versions.form_on_file(workspace.db, invitation.notice)


def questions_of(form: Form) -> tuple[Question, ...]:
    """What the page asks: each question of the form for purposes, a ticked list label by label, and of age."""
    questions = []
    for header, column in zip(form.columns, form.bound_columns().values(), strict=True):
        match column.kind:
            case ColumnKind.PURPOSE | ColumnKind.CHOICE:
                questions.append((header, column.purposes, False))
            case ColumnKind.TICKS:
                questions += [
                    (label, purposes, False)
                    for label, codes in form.ticks.items()
                    if (purposes := purposes_of(codes)) and set(purposes) <= set(column.purposes)
                ]
            case ColumnKind.OF_AGE:
                questions.append((header, (), True))
            case _:
                continue
    # A notice is stored with its keys sorted, so that the order in its file is lost; that of the purposes is not.
    order = list(Purpose)
    questions.sort(key=lambda question: min(map(order.index, question[1]), default=len(order)))
    return tuple(
        Question(name=f"q{number}", text=text, purposes=purposes, of_age=of_age)
        for number, (text, purposes, of_age) in enumerate(questions, start=1)
    )


def file_form(
    invitation: Invitation, form: Form, answers: Answers, *, workspace: Workspace, now: datetime
) -> FormReceipt:
    """Files an answer as an import of a table does: events with the row as evidence, refusals taken at once.

    An address that the link was sent to counts as verified by it, one that is typed only as claimed. Raises
    ``InputRefused`` where a question has no answer or no address is given.
    """
    questions = questions_of(form)
    email = invitation.email or answers.email.strip()
    if any(question.name not in answers.yes for question in questions) or not is_address(email):
        raise InputRefused("a question is not answered, or the address is not valid", action="answer every question")
    written = _written(questions, answers, email, now)
    cells = [cell for _, cell in written]
    submission = Submission(
        line=1,
        digest=digest_of(cells),
        at=now,
        at_text=now.isoformat(),
        claims=_claims(invitation, answers, email),
        states=_states(questions, answers),
        written=written,
        of_age=next((answers.yes[question.name] for question in questions if question.of_age), None),
    )
    source = sha256(canonical(written))
    take_back = partial(quarantine, workspace, now=now)
    file_answers([submission], form, source, workspace=workspace, now=now, then=take_back)
    return FormReceipt(
        evidence=f"{source[:12]}/1",
        at=now.isoformat(timespec="seconds"),
        states=tuple((question.text, answers.yes[question.name]) for question in questions),
        withdrawal=seal(workspace, {"withdraw": email}),
    )


def read_withdrawal(secret: str, *, workspace: Workspace) -> str:
    """The address that a receipt's link withdraws for; raises ``UsageProblem`` for one that is none of ours."""
    return str(unseal(workspace, secret, {"withdraw"})["withdraw"])


def withdraw_by_link(secret: str, *, workspace: Workspace, now: datetime) -> FiledWithdrawal:
    """Withdraws every purpose of whoever holds a receipt; what is published with them is withdrawn at once."""
    return withdraw_consent(
        read_withdrawal(secret, workspace=workspace),
        purposes=list(ASKABLE),
        session_id=None,
        erasure=Erasure(),
        actor=BY_LINK,
        reason="one click in the receipt of the consent form",
        workspace=workspace,
        now=now,
    )


def _written(questions: Sequence[Question], answers: Answers, email: str, now: datetime) -> tuple[tuple[str, str], ...]:
    """The answer as it is kept for evidence, as one row under its headers."""
    rows = ((question.text, "Yes" if answers.yes[question.name] else "No") for question in questions)
    return (
        ("Timestamp", now.isoformat()),
        ("Email", email),
        ("Name", _short(answers.name)),
        *rows,
        ("Place", _short(answers.place)),
        ("May be named", "Yes" if answers.may_be_named else "No"),
    )


def _claims(invitation: Invitation, answers: Answers, email: str) -> tuple[Claim, ...]:
    verified = Verified.EMAIL if invitation.email else Verified.THEMSELVES
    named: tuple[Claim, ...] = ()
    if _short(answers.name):
        named = ((AliasKind.DISPLAY_NAME, _short(answers.name), Verified.NOBODY),)
    return ((AliasKind.EMAIL, email, verified), *named)


def _states(questions: Sequence[Question], answers: Answers) -> dict[Purpose, EventState]:
    """The answer to each purpose; of two questions about one a no counts."""
    states: dict[Purpose, EventState] = {}
    for question in questions:
        state = EventState.GIVEN if answers.yes[question.name] else EventState.REFUSED
        for purpose in question.purposes:
            states[purpose] = max(states.get(purpose, state), state, key=lambda each: each.restrictiveness)
    return states


def _short(text: str) -> str:
    return " ".join(text.split())[:_LONGEST]
