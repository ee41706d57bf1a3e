"""How the time from captions to a plan grows with cues, words and findings: ten times as many, ten times as long."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from pipeline.ingest import captions, surfaces
from pipeline.ingest.draft import Person
from pipeline.ingest.participants import Speakers
from pipeline.records import (
    Audience,
    Cell,
    ChatLine,
    Context,
    Cue,
    DetectionRule,
    Finding,
    Interval,
    Outcome,
    Participant,
    Purpose,
    Session,
    SoundPlace,
    TextPlace,
    Track,
    Transcript,
    Word,
)
from pipeline.review import propose, reported_speech, review
from pipeline.settings import RedactSettings
from pipeline.store.codec import decode, encode
from tests.review.conftest import HandMadeRuling

CUES = (1_000, 10_000, 100_000)
NAMES = ("Ann Lee", "Bo Berg", "Cy Arden")
CUE_S = 0.9
T = TypeVar("T")


def measure(_: Path) -> Iterator[str]:
    """Each step at every size, in seconds of the processor, and how much longer ten times as much took."""
    before: dict[str, float] = {}
    for count in CUES:
        taken = dict(_steps(count))
        grew = [f"{taken[step] / before[step]:.0f}" for step in taken if before.get(step, 0.0) > 0.001]
        more = f"; each step {min(grew, key=float)} to {max(grew, key=float)} times as long" if grew else ""
        steps = ", ".join(f"{step} {cpu_s:.2f} s" for step, cpu_s in taken.items())
        yield f"{count} cues of two words: {steps}{more}"
        before = taken


def _steps(count: int) -> Iterator[tuple[str, float]]:
    duration_s = count * CUE_S
    people = tuple(Person(name=name) for name in NAMES)
    file, cpu_s = _timed(lambda: captions.parse(_vtt(count)))
    yield "parse", cpu_s
    cues, cpu_s = _timed(lambda: surfaces.cues(file.captions, Speakers(people), start=None, duration_s=duration_s))
    yield "speakers", cpu_s
    session = _session(cues, duration_s)
    stored, cpu_s = _timed(lambda: decode(encode(session), Session))
    yield "store", cpu_s
    transcript, findings = _heard(stored), _findings(count)
    ruling = _ruling(duration_s)
    reported, cpu_s = _timed(lambda: reported_speech(session, ruling, transcript))
    yield "reports", cpu_s
    proposals, cpu_s = _timed(lambda: propose("s1", (*findings, *reported)))
    yield "proposed", cpu_s
    _, cpu_s = _timed(
        lambda: review(
            session, ruling, transcript, proposals, (), Audience.INTERNAL, settings=RedactSettings(), context=Context()
        )
    )
    yield "planned", cpu_s


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    began = time.process_time()
    return work(), time.process_time() - began


def _vtt(count: int) -> str:
    cues = (
        f"{number}\n{_clock(number * CUE_S)} --> {_clock(number * CUE_S + 0.8)}\n"
        f"<v {NAMES[1 if number % 50 == 0 else 2 * (number % 2)]}>word{number % 97} again\n"
        for number in range(count)
    )
    return "WEBVTT\n\n" + "\n".join(cues)


def _clock(seconds: float) -> str:
    return f"{int(seconds // 3600):02}:{int(seconds // 60 % 60):02}:{seconds % 60:06.3f}"


def _session(cues: tuple[Cue, ...], duration_s: float) -> Session:
    people = tuple(Participant(participant_id=f"p{number}", name=name) for number, name in enumerate(NAMES, start=1))
    chat = tuple(ChatLine(at_s=float(number), participant_id="p1", text=f"line {number}") for number in range(100))
    return Session(
        session_id="s1",
        source_digest="a" * 64,
        platform="other",
        title="",
        started_at=datetime(2026, 11, 18, tzinfo=UTC),
        host=None,
        recorder_location=None,
        notice_asserted=True,
        purposes=(Purpose.INTERNAL_SHARE,),
        duration_s=duration_s,
        participants=people,
        tracks=(Track(track_id="t1", participant_id=None, digest="b" * 64, stream=0, duration_s=duration_s),),
        captions=cues,
        chat=chat,
    )


def _heard(session: Session) -> Transcript:
    words = [
        Word(
            start_s=cue.start_s + at * 0.4,
            end_s=cue.start_s + at * 0.4 + 0.35,
            time_uncertainty_s=0.1,
            text=text,
            probability=0.9,
            track_id="t1",
            participant_id=cue.participant_id,
        )
        for cue in session.captions
        for at, text in enumerate(cue.text.split())
    ]
    return Transcript(engine="captions", words=tuple(words), speech_s=session.duration_s)


def _findings(count: int) -> tuple[Finding, ...]:
    """One in every tenth word of the sound, and one in every tenth caption."""
    found = partial(Finding, label="PERSON", text="again", rule=DetectionRule.KNOWN_NAME, score=0.9)
    sound = (
        found(
            finding_id=f"f-s{number}",
            entity=f"person:{number % 50}",
            place=SoundPlace(
                track_id="t1",
                start_s=number * CUE_S,
                end_s=number * CUE_S + 0.3,
                time_uncertainty_s=0.1,
                words=(2 * number, 2 * number + 1),
            ),
        )
        for number in range(0, count, 5)
    )
    text = (
        found(
            finding_id=f"f-t{number}",
            entity=f"person:{number % 50}",
            place=TextPlace(surface="captions", index=number, start_char=0, end_char=4),
        )
        for number in range(0, count, 10)
    )
    return (*sound, *text)


def _ruling(duration_s: float) -> HandMadeRuling:
    """The second of the three is taken out of all that is made."""
    cells = tuple(
        Cell(
            participant_id=f"p{number}",
            interval=Interval(start_s=0.0, end_s=duration_s),
            purpose=purpose,
            outcome=Outcome.MINUS if number == 2 else Outcome.PROCEED,
            rule_id="U2",
            reason="",
        )
        for number in (1, 2, 3)
        for purpose in (Purpose.TRANSCRIBE, Purpose.INTERNAL_SHARE)
    )
    return HandMadeRuling(
        session_id="s1",
        cells=cells,
        log_head="0",
        valid_until=datetime(2030, 1, 1, tzinfo=UTC),
        duration_s=duration_s,
    )
