"""What a rendition that is kept, or was copied, has to hide of somebody who is taken out for a part of a session."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline.records import Cell, Interval, Outcome, Purpose
from pipeline.render.redaction_diff import RedactionScope, newly_exposed
from pipeline.workflow.retention.kept_renditions import closed_by_consent
from tests.review.conftest import HandMadeRuling

ABOUT = Purpose.INTERNAL_SHARE


def minus_from_100_s() -> HandMadeRuling:
    """P2 said yes for the first 100 s and no for the rest: taken out throughout."""
    parts = ((0.0, 100.0, Outcome.PROCEED), (100.0, 200.0, Outcome.MINUS))
    cells = [
        Cell(
            participant_id=who,
            interval=Interval(start_s=start_s, end_s=end_s),
            purpose=purpose,
            outcome=outcome if who == "p2" and purpose is ABOUT else Outcome.PROCEED,
            rule_id="R1",
            reason="test",
        )
        for who in ("p1", "p2")
        for purpose in (ABOUT, Purpose.RECORD)
        for start_s, end_s, outcome in parts
    ]
    return HandMadeRuling(
        session_id="s1", cells=tuple(cells), log_head="0", valid_until=datetime(2030, 1, 1, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("scope", "shows"),
    [
        (RedactionScope(tracks=("t1",), gone=(("p2", 100.0, 200.0),)), True),
        (RedactionScope(tracks=("t1",)), True),
        (RedactionScope(tracks=("t1",), gone=(("p2", 0.0, 200.0),)), False),
        (RedactionScope(tracks=("t1",), removed=("p2",)), False),
    ],
)
@pytest.mark.parametrize("people", [("p1", "p2"), ("p1",)])
def test_whoever_is_taken_out_is_taken_out_throughout(
    people: tuple[str, ...], scope: RedactionScope, shows: bool
) -> None:
    closed = closed_by_consent(people, minus_from_100_s(), ABOUT, scope)
    assert bool(newly_exposed(closed, scope)) is shows
