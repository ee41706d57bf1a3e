"""Sessions of people in a gallery view, and rulings by which some of them may not be seen, made by hand."""

from __future__ import annotations

from datetime import UTC, datetime

from pipeline.records import Cell, Interval, Outcome, Participant, Purpose, Ruling, Session, Video
from tests.review.conftest import HandMadeRuling

NAMES = (
    *("Ana Silva", "Ben Okafor", "Chidi Nwosu", "Dora Lindqvist", "Emeka Obi", "Farah Haddad", "Goran Petrovic"),
    *("Hanna Virtanen", "Ivan Kolar", "Julia Weber", "Kwame Mensah", "Lena Fischer", "Mateo Rossi", "Nadia Rahman"),
    *("Olga Sokolova", "Pavel Novak", "Quinn Murphy", "Rosa Martinez", "Sven Eriksson", "Tomas Horak"),
    *("Uma Krishnan", "Victor Hugo", "Wanda Kowalska", "Xenia Dimitrou", "Yusuf Demir"),
    "Bartholomew Featherstonehaugh",
)
PEOPLE = tuple(Participant(participant_id=f"p{number}", name=name) for number, name in enumerate(NAMES, start=1))
_PURPOSES = (Purpose.RECORD, Purpose.TRANSCRIBE, Purpose.INTERNAL_SHARE, Purpose.PUBLIC_RECORDING)


def session_of(length_s: float, people: tuple[Participant, ...] = PEOPLE) -> Session:
    """A session with a picture, of which nobody vouches for who was there when."""
    return Session(
        session_id="2026-11-18-abc",
        source_digest="0" * 64,
        platform="other",
        title="",
        started_at=datetime(2026, 11, 18, 15, tzinfo=UTC),
        host=None,
        recorder_location=None,
        notice_asserted=True,
        purposes=(Purpose.INTERNAL_SHARE,),
        duration_s=length_s,
        participants=people,
        tracks=(),
        video=Video(digest="v" * 64, duration_s=length_s),
    )


def ruled(
    length_s: float,
    *refusers: str,
    purpose: Purpose = Purpose.INTERNAL_SHARE,
    outcome: Outcome = Outcome.MINUS,
    from_s: float = 0.0,
    people: tuple[Participant, ...] = PEOPLE,
) -> Ruling:
    """Proceed for everybody, but for some from a time on and for one purpose."""
    cells = []
    for person in people:
        for each in _PURPOSES:
            refuses = person.participant_id in refusers and each is purpose
            parts = [(0.0, from_s, Outcome.PROCEED), (from_s, length_s, outcome if refuses else Outcome.PROCEED)]
            cells += [
                Cell(
                    participant_id=person.participant_id,
                    interval=Interval(start_s=start_s, end_s=end_s),
                    purpose=each,
                    outcome=result,
                    rule_id="R1",
                    reason="test",
                )
                for start_s, end_s, result in parts
                if start_s < end_s
            ]
    return HandMadeRuling(
        session_id="2026-11-18-abc",
        cells=tuple(cells),
        log_head="0",
        valid_until=datetime(2030, 1, 1, tzinfo=UTC),
        duration_s=length_s,
    )
