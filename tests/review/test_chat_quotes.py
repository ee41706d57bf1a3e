"""A quote of what is left out goes with it, however and wherever it is quoted; what stays may be quoted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.records import ChatLine, Cue, Participant, RemovedInterval
from pipeline.records.removed_parts import RemovedParts, is_left_out
from pipeline.review.chat_quotes import REDACTED, quote_edits
from tests.store.making import session

HERS = "We run three warehouses on it and the forklift sensors time out"
PEOPLE = tuple(Participant(participant_id=f"p{number}", name=f"Person {number}") for number in (1, 2, 3))


def after(
    *lines: tuple[str | None, str],
    removed: frozenset[str] = frozenset({"p2"}),
    spoken: str = "",
    gaps: Sequence[RemovedInterval] = (),
) -> list[str]:
    """The chat that stays, with its quotes taken out; the second of a line is its place."""
    chat = tuple(ChatLine(at_s=float(at), participant_id=who, text=text) for at, (who, text) in enumerate(lines))
    cues = (Cue(start_s=0.0, end_s=9.0, participant_id="p2", text=spoken),) if spoken else ()
    here = replace(session(), participants=PEOPLE, chat=chat, captions=cues)
    texts = {index: line.text for index, line in enumerate(chat) if not is_left_out(line, removed, RemovedParts(gaps))}
    edits = quote_edits(here, removed, gaps)
    for edit in sorted(edits, key=lambda edit: -edit.place.start_char):
        index, start, end = edit.place.index, edit.place.start_char, edit.place.end_char
        texts[index] = texts[index][:start] + edit.replacement + texts[index][end:]
    return list(texts.values())


@pytest.mark.parametrize(
    ("text", "want"),
    [
        (
            'Replying to "We run three warehouses on it..."\n\nwhich version',
            f'Replying to "{REDACTED}"\n\nwhich version',
        ),
        ('Reacted to "We run three wareh…" with 👍', f'Reacted to "{REDACTED}" with 👍'),
        ('Removed a 👍 reaction from "We run three…"', f'Removed a 👍 reaction from "{REDACTED}"'),
        ("Antwort auf „We run three warehouses...“\nja", f"Antwort auf „{REDACTED}“\nja"),
        ("En réponse à « we run three… »\noui", f"En réponse à «{REDACTED}»\noui"),
        ("「We run three warehouses...」に返信", f"「{REDACTED}」に返信"),
        (f"> {HERS}\nyes", f"> {REDACTED}\nyes"),
        (f"Person 2 10:00\n{HERS.upper()}\nyes", f"Person 2 10:00\n{REDACTED}\nyes"),
        ("look: the  forklift sensors time out", REDACTED),
        ('he wrote "the forklift sensors time out"', f'he wrote "{REDACTED}"'),
        ('Replying to "a message that nobody has"\nok', f'Replying to "{REDACTED}"\nok'),
    ],
)
def test_a_quote_of_what_is_left_out_goes(text: str, want: str) -> None:
    assert after(("p2", HERS), ("p3", text)) == [want]


@pytest.mark.parametrize(
    "text",
    [
        'Replying to "How do we begin..."\nso',
        'she called it "great"',
        "we run two of them",
        'Reacted to "How do we begin?" with 👍',
    ],
)
def test_what_stays_may_be_quoted_and_ordinary_quotes_stay(text: str) -> None:
    assert after(("p1", "How do we begin?"), ("p2", HERS), ("p3", text)) == ["How do we begin?", text]


@pytest.mark.parametrize("hidden", ["\u200b", "\u00ad", "\ufeff", "\u2060", "\u200e", "\u200d"])
def test_what_nobody_sees_in_what_is_copied_makes_no_other_text_of_it(hidden: str) -> None:
    copied = HERS.replace("e", f"e{hidden}")
    assert after(("p2", HERS), ("p3", copied)) == [REDACTED]
    assert after(("p2", "Add zebras."), ("p3", f"add ze{hidden}bras!")) == [REDACTED]
    assert after(("p2", HERS.replace("e", f"{hidden}e")), ("p3", f"> {HERS}")) == [f"> {REDACTED}"]


def test_a_direct_message_and_a_line_in_a_closed_part_are_left_out_too() -> None:
    quote = 'Replying to "We run three..."\nok'
    gap = RemovedInterval(start_s=0.0, end_s=0.5, participant_id="p2")
    assert after(("p2", HERS), ("p3", quote), removed=frozenset(), gaps=(gap,)) == [f'Replying to "{REDACTED}"\nok']
    assert after(("p2", HERS), ("p3", quote), removed=frozenset()) == [HERS, quote]


def test_what_somebody_left_out_said_is_no_more_theirs_to_write() -> None:
    assert after(("p3", "so the forklift sensors time out, you say"), spoken=HERS) == [REDACTED]


@given(st.text(max_size=40), st.text(max_size=40))
def test_nothing_is_taken_out_where_nobody_is_left_out(one: str, other: str) -> None:
    lines = [("p1", f"{one} x"), ("p3", f"> {other} y")]
    assert after(*lines, removed=frozenset()) == [text for _, text in lines]


MINE = "Can you please add an export of turbine alarms to CSV?"


@pytest.mark.parametrize(
    "reaction",
    [f'Liked "{MINE}"', f'Reacted to "{MINE[:20]}..." with 👍', f"> {MINE}\nwe too", f"Person 3 10:00\n{MINE}\nwe too"],
)
def test_who_is_left_out_and_quotes_somebody_takes_nothing_of_theirs_along(reaction: str) -> None:
    assert after(("p3", MINE), ("p2", reaction), ("p1", f"> {MINE}\nyes")) == [MINE, f"> {MINE}\nyes"]


def test_what_is_left_out_stays_out_though_somebody_who_stays_has_repeated_it() -> None:
    assert after(("p2", MINE), ("p3", MINE), ("p2", f'Liked "{MINE}"'), ("p1", MINE)) == [REDACTED, REDACTED]
    assert after(("p3", "hello all"), ("p2", f"hello all\n{HERS}"), ("p1", HERS)) == ["hello all", REDACTED]
    assert after(("p3", MINE), ("p2", MINE[:-1]), spoken=MINE) == [REDACTED]
