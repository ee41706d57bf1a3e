"""The ids of requests through a retagging."""

from __future__ import annotations

from pipeline.export.mentions import request_id_of
from pipeline.records import Tag
from pipeline.workflow.request_ids import with_earlier_ids

SESSION, KEY = "2026-11-18-00000001", b"k" * 32


def tag(start_s: float, end_s: float, quote: str) -> Tag:
    return Tag(
        label="request",
        score=0.9,
        area="other",
        quote=quote,
        start_s=start_s,
        end_s=end_s,
        participant_id="p1",
        title=quote,
    )


def test_no_two_requests_of_a_session_have_one_id() -> None:
    """Two sentences are one request for a while, under the id of the first, and then two again."""

    def id_of(each: Tag) -> str:
        return request_id_of(each, SESSION, KEY)

    first, both, second = (
        tag(10, 12, "Add export."),
        tag(10, 18, "Add export. And import it."),
        tag(12, 18, "Import it."),
    )
    together = with_earlier_ids([first], [both], id_of)
    apart = with_earlier_ids(together, [first, second], id_of)
    assert {id_of(each) for each in together} == {id_of(first)}
    assert id_of(first) in map(id_of, apart)
    assert len(set(map(id_of, apart))) == 2
