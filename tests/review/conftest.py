"""A session of two people with own tracks, what was found in it, and rulings made by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from pipeline.records import (
    Cell,
    Context,
    DetectionRule,
    Finding,
    Interval,
    KnownPerson,
    Outcome,
    Participant,
    Purpose,
    Ruling,
    Session,
    SoundPlace,
    TextPlace,
    Track,
    Transcript,
    UncoveredSpeech,
    Video,
    Word,
)

SESSION_ID = "2026-11-18-abc"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandMadeRuling(Ruling):
    def _made_by_consent(self) -> None: ...


def ruling(*, session_id: str = SESSION_ID, **outcomes: Outcome) -> Ruling:
    """Proceed for p1 and p2 and both audiences; p2 as given by purpose."""
    cells = [
        Cell(
            participant_id=who,
            interval=Interval(start_s=0.0, end_s=60.0),
            purpose=purpose,
            outcome=outcomes.get(purpose.value, Outcome.PROCEED) if who == "p2" else Outcome.PROCEED,
            rule_id="R1",
            reason="test",
        )
        for who in ("p1", "p2")
        for purpose in (Purpose.INTERNAL_SHARE, Purpose.PUBLIC_RECORDING)
    ]
    return HandMadeRuling(
        session_id=session_id, cells=tuple(cells), log_head="0", valid_until=datetime(2030, 1, 1, tzinfo=UTC)
    )


def finding(
    entity: str, text: str, *, label: str = "PERSON", rule: str = "known name", start_s: float = 1.0, chat: bool = False
) -> Finding:
    sound = SoundPlace(
        track_id="t1",
        start_s=start_s,
        end_s=start_s + 0.5,
        time_uncertainty_s=0.1,
        words=(int(start_s), int(start_s) + 1),
    )
    return Finding(
        finding_id=f"f-{entity}-{text}-{start_s}-{chat}",
        entity=entity,
        label=label,
        text=text,
        rule=DetectionRule(rule),
        score=0.9,
        place=TextPlace(surface="chat", index=0, start_char=0, end_char=len(text)) if chat else sound,
    )


@pytest.fixture
def context() -> Context:
    return Context(
        participants=(KnownPerson(name="Priya Raman", aliases=("Pri",)), KnownPerson(name="Tom Vantrexa")),
        companies=("Halcyon Freight Inc",),
    )


@pytest.fixture
def findings() -> tuple[Finding, ...]:
    return (
        finding("company:halcyon freight inc", "halcyon", label="COMPANY", rule="known company", start_s=0.5),
        finding("person:priya raman", "priya", start_s=3.0),
        finding("person:priya raman", "praying", rule="sounds like", start_s=5.0),
        finding("person:tom vantrexa", "tom", start_s=2.0),
        finding("person:~noel", "noel", rule="position", start_s=9.0),
        finding(
            "email:pri@halcyon.example", "pri at halcyon dot example", label="EMAIL", rule="spoken address", chat=True
        ),
    )


@pytest.fixture
def session() -> Session:
    people = (
        Participant(participant_id="p1", name="Priya Raman", aliases=("Pri",)),
        Participant(participant_id="p2", name="Tom Vantrexa"),
    )
    return Session(
        session_id=SESSION_ID,
        source_digest="0" * 64,
        platform="folder",
        title="Office hours",
        started_at=datetime(2026, 11, 18, 15, tzinfo=UTC),
        host="Lumen Labs",
        recorder_location=None,
        notice_asserted=True,
        purposes=(Purpose.INTERNAL_SHARE,),
        duration_s=60.0,
        participants=people,
        tracks=tuple(
            Track(track_id=f"t{n}", participant_id=f"p{n}", digest="0" * 64, stream=0, duration_s=60.0) for n in (1, 2)
        ),
        video=Video(digest="0" * 64, duration_s=60.0),
    )


@pytest.fixture
def transcript() -> Transcript:
    words = tuple(
        Word(
            start_s=float(n),
            end_s=n + 0.5,
            time_uncertainty_s=0.1,
            text="w",
            probability=1.0,
            track_id="t1",
            participant_id="p1",
        )
        for n in range(12)
    )
    return Transcript(engine="test", words=words, unheard=(UncoveredSpeech(track_id="t1", start_s=30.0, end_s=32.0),))


@pytest.fixture
def ruled() -> Callable[..., Ruling]:
    return ruling
