"""The redacted turns of the chat: whose they are, what is taken out of them, and what lies across two messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.records import ChatLine, PlannedTerm, RemovedInterval
from pipeline.render.chat_turns import chat_turns
from pipeline.render.terms import TermReplacer
from pipeline.render.text_files import chat_txt
from tests.render.making import plan, session

FALCON = PlannedTerm(text="Falcon Ridge", replacement="[customer A]")


def read(
    *lines: tuple[str | None, str],
    removed: frozenset[str] = frozenset(),
    gaps: Sequence[RemovedInterval] = (),
    direct: frozenset[int] = frozenset(),
) -> list[tuple[str | None, str]]:
    """What stays of lines, each a second after the one before; those at the places in ``direct`` are private."""
    chat = tuple(
        ChatLine(at_s=float(at), participant_id=who, text=text, direct=at in direct)
        for at, (who, text) in enumerate(lines)
    )
    approved = replace(plan(windows=[]), text_edits=(), terms=(FALCON,), removed=removed, removed_intervals=tuple(gaps))
    here = replace(session(), chat=chat)
    turns = chat_turns(here, approved, {"p1": "[person 1]", "p2": "staff 1"}, TermReplacer(approved.terms))
    assert all(turn.start_s == turn.end_s for turn in turns)
    return [(turn.participant_id, turn.text) for turn in turns]


def test_a_turn_has_its_writer_its_second_and_its_line_breaks() -> None:
    (turn, _) = chat_turns(session(), plan(), {"p1": "[person 1]"}, TermReplacer(plan().terms))
    assert (turn.start_s, turn.participant_id, turn.speaker) == (1.0, "p1", "[person 1]")
    assert turn.text == "see [product 1] & ask [person 1]"
    assert read(("p1", "one\ntwo")) == [("p1", "one\ntwo")]
    assert chat_txt([replace(turn, text="one\n two")]) == "[00:00:01] [person 1]: one two\n"


@pytest.mark.parametrize(
    ("first", "second"),
    [("we are Falcon", "Ridge by the way"), ("we are FALCON-", "Rid\u200bge, by the way"), ("Fal", "con Ridge is us")],
)
@pytest.mark.parametrize("between", [(), (("p2", "hm"),), ((None, "hello"), ("p2", "hm"))])
def test_a_term_that_lies_in_two_messages_of_one_person_is_in_neither(
    first: str, second: str, between: tuple[tuple[str | None, str], ...]
) -> None:
    kept = [text for who, text in read(("p1", first), *between, ("p1", second)) if who == "p1"]
    assert kept[0].endswith("[customer A]")
    for part in ("falcon", "ridge", "fal", "con ", "ge,"):
        assert part not in " ".join(kept).casefold()


def test_a_term_over_three_messages_leaves_nothing_in_the_middle_and_no_empty_line() -> None:
    assert read(("p1", "a Fal"), ("p1", "con"), ("p1", "Ridge b")) == [("p1", "a [customer A]"), ("p1", " b")]
    assert read(("p1", "a Falcon"), ("p1", "Ridge")) == [("p1", "a [customer A]")]


def test_two_peoples_words_make_no_term() -> None:
    lines = [("p1", "I saw a Falcon"), ("p2", "Ridge is its name")]
    assert read(*lines) == lines


def test_who_is_left_out_leaves_no_turn_and_a_private_message_is_in_none() -> None:
    lines = [("p1", "one"), (None, "two"), ("p2", "three"), ("p1", "four")]
    assert read(*lines, removed=frozenset({"p1"})) == [("p2", "three")]
    assert read(*lines, direct=frozenset({0, 1, 2})) == [("p1", "four")]
    gap = RemovedInterval(start_s=2.5, end_s=9.0, participant_id="p1")
    assert read(*lines, gaps=[gap]) == lines[:3]
    gap = RemovedInterval(start_s=1.5, end_s=9.0, participant_id="p1")
    assert read(*lines, gaps=[gap]) == [lines[0], lines[2]], "a line's time is known to the second"


@given(
    st.lists(
        st.tuples(st.sampled_from(["p1", "p2", None]), st.text(alphabet="Falcon Ridge\nx-\u200b", max_size=12)),
        max_size=8,
    )
)
def test_no_term_can_be_read_in_all_that_one_person_wrote(lines: list[tuple[str | None, str]]) -> None:
    kept = read(*lines)
    for who in {who for who, _ in kept}:
        written = "\n".join(text for writer, text in kept if writer == who)
        assert TermReplacer([FALCON]).spans(written.replace("[customer A]", "\x00" * 3)) == ()
