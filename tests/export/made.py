"""Values that the tests of exports are made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TypedDict, Unpack

from pipeline.export import Selection, report
from pipeline.export.mentions import Mention
from pipeline.export.periods import HeldSession
from pipeline.export.report import RequestReport
from pipeline.records import (
    Answer,
    Cell,
    Interval,
    Outcome,
    Participant,
    Purpose,
    RequestGroup,
    RequestSource,
    Role,
    Ruling,
    Session,
    Strength,
    Tag,
)

NOW = datetime(2026, 11, 20, tzinfo=UTC)
KEY = b"k" * 32
USED, QUOTED = Purpose.INTERNAL_IMPROVE, Purpose.INTERNAL_SHARE
HOSTILE = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "＝1",
    "\x00=1",
    "a;=1+1",
    'a",=1+1',
    "a\n=1+1",
    "x\t@cmd",
    'say "hi", he said',
    "<script>alert(1)</script>",
    "@everyone see #12 and ![x](http://evil.example/a.png)",
    "/close",
    "\u202eevil",
    "fine",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandMadeRuling(Ruling):
    def _made_by_consent(self) -> None: ...


def ruling(
    *,
    used: dict[str, Outcome] | None = None,
    quoted: dict[str, Outcome] | None = None,
    session_id: str = "s1",
    valid_s: float = 60.0,
) -> Ruling:
    outcomes = {
        USED: {"p1": Outcome.PROCEED, "p2": Outcome.PROCEED, **(used or {})},
        QUOTED: {"p1": Outcome.PROCEED, "p2": Outcome.PROCEED, **(quoted or {})},
    }
    cells = tuple(
        Cell(
            participant_id=who,
            interval=Interval(start_s=0.0, end_s=60.0),
            purpose=purpose,
            outcome=outcome,
            rule_id="R1",
            reason="test",
        )
        for purpose, by_person in outcomes.items()
        for who, outcome in by_person.items()
    )
    valid_until = NOW + timedelta(seconds=valid_s)
    return HandMadeRuling(session_id=session_id, cells=cells, log_head="0", valid_until=valid_until)


def session(session_id: str = "s1", *, company: str | None = "Halcyon Freight, Inc.") -> Session:
    return Session(
        session_id=session_id,
        source_digest="0" * 64,
        platform="folder",
        title="Office hours",
        started_at=datetime(2026, 11, 18, 15, tzinfo=UTC),
        host="Lumen Labs",
        recorder_location=None,
        notice_asserted=True,
        purposes=(),
        duration_s=3600.0,
        participants=(
            Participant(participant_id="p1", name="Priya Raman", company=company, email="priya@halcyon.example"),
            Participant(participant_id="p2", name="Tom Vance", company="Lumen Labs", role=Role.STAFF),
        ),
        tracks=(),
    )


class TagFields(TypedDict, total=False):
    """What may be said of a tag beside its words."""

    label: str
    score: float
    area: str
    start_s: float
    end_s: float
    participant_id: str | None
    title: str
    strength: Strength
    reason: str
    sure: bool
    answer: Answer | None
    topic: str
    voiced_by: str | None
    source: RequestSource


class MentionFields(TypedDict, total=False):
    """What may be said of a mention."""

    request_id: str
    kind: str
    title: str
    quote: str
    is_quoted: bool
    area: str
    strength: Strength
    score: float
    sure: bool
    reason: str
    answer: str
    session: str
    started_on: date
    start_s: float
    end_s: float
    customer: str
    segment: str
    weight: float
    asker: str
    source: RequestSource
    company: str
    wording: str
    domain: str


def tagged(quote: str = "please add a dry run", **changed: Unpack[TagFields]) -> Tag:
    plain = Tag(
        label="request",
        score=0.9,
        area="docs",
        quote=quote,
        start_s=61.25,
        end_s=63.25,
        participant_id="p1",
        title="Dry run",
        reason="asks to add something",
    )
    return replace(plain, **changed)


def mention(number: int, **changed: Unpack[MentionFields]) -> Mention:
    plain = Mention(
        request_id=f"q-{number:012}",
        kind="request",
        title="Dry run",
        quote="please add a dry run",
        is_quoted=True,
        area="docs",
        strength=Strength.NICE_TO_HAVE,
        score=0.9,
        sure=True,
        reason="asks to add something",
        answer="",
        session=f"s{number}",
        started_on=date(2026, 11, 18),
        start_s=61.25,
        end_s=63.25,
        customer=f"customer-{number:06}",
        segment="",
        weight=1.0,
        asker=f"customer-{number:06}",
        company=f"Company {number}",
        wording="please add a dry run",
    )
    return replace(plain, **changed)


def grouped(title: str, *mentions: Mention) -> RequestGroup:
    first = mentions[0].request_id.removeprefix("q-")
    ids = tuple(one.request_id for one in mentions)
    return RequestGroup(group_id=f"g-{first}", title=title, request_ids=ids, closeness=0.8, words=("dry", "run"))


def held(session_id: str, day: date, *, heard: bool = True) -> HeldSession:
    return HeldSession(session_id=session_id, started_on=day, hours=1.0, heard=heard)


def hostile_report() -> RequestReport:
    """A report with a hostile string in every field that holds a text."""
    mentions = [
        mention(
            number,
            title=text,
            quote=text,
            area=text,
            reason=text,
            answer=text,
            session=text,
            customer=text,
            segment=text,
            asker=text or f"c{number}",
        )
        for number, text in enumerate(HOSTILE)
    ]
    groups = [grouped(one.title, one) for one in mentions]
    return report(mentions, groups, [held("s0", date(2026, 11, 18))], Selection(min_customers=1))
