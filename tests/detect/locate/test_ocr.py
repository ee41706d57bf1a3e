"""What was read in the picture is held against what is known, with the tolerance that reading needs and no more."""

from __future__ import annotations

import pytest

from pipeline.detect.engine import find
from pipeline.detect.locate.ocr import LABEL, picture_findings
from pipeline.records import (
    Context,
    DetectionRule,
    Finding,
    KnownPerson,
    OcrLine,
    OcrResult,
    OcrWord,
    Pattern,
    PicturePlace,
    Region,
    SoundPlace,
    Term,
)
from pipeline.review import propose

CONTEXT = Context(
    participants=(
        KnownPerson(name="Priya Raman", aliases=("Pri",), email="pri@halcyon.example"),
        KnownPerson(name="Will Marsh"),
        KnownPerson(name="Richard Osei"),
    ),
    companies=("Halcyon Freight Inc",),
    terms=(Term(text="Project Basalt", kind="product"),),
    patterns=(Pattern(text=r"\bhf-[0-9]{4}\b", kind="product", where="terms.toml, entry 1 of patterns"),),
)


def line(text: str, *, start_s: float = 1.0, end_s: float = 3.0, top: float = 0.5, confidence: float = 0.9) -> OcrLine:
    words = tuple(
        OcrWord(
            text=word,
            region=Region(left=0.1 * n, top=top, right=0.1 * n + 0.08, bottom=top + 0.05),
            confidence=confidence,
        )
        for n, word in enumerate(text.split())
    )
    return OcrLine(start_s=start_s, end_s=end_s, words=words)


def seen(*lines: OcrLine, found: tuple[Finding, ...] = ()) -> list[Finding]:
    read = OcrResult(reader="by hand", frames=len(lines), lines=lines)
    return list(picture_findings("s1", read, CONTEXT, found, lambda text: find(text, CONTEXT)))


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("ask Priya Raman", "picture:person:priya raman"),
        ("ask PRIYARAMAN", "picture:person:priya raman"),
        ("Priya Rarnan and", "picture:person:priya raman"),
        ("HaIcyon Fre1ght roadmap", "picture:company:halcyon freight inc"),
        ("app.halcyonfreight.example/login", "picture:company:halcyon freight inc"),
        ("Proiect Basalt", "picture:term:project basalt"),
        ("Project Ba salt", "picture:term:project basalt"),
        ("mail pri@halcyon.example", "picture:email:pri@halcyon.example"),
        ("card 4111 1111 1111 1111", "picture:card:4111111111111111"),
        ("see HF-2041 there", "picture:pattern:hf-2041"),
        ("Ticket INC0012345 of today", "picture:account:inc0012345"),
        ("ask Rich, please", "picture:person:richard osei"),
    ],
)
def test_a_mention_is_found_as_readers_see_it(text: str, entity: str) -> None:
    found = seen(line(text))
    assert entity in {one.entity for one in found}
    assert {one.label for one in found} == {LABEL}


@pytest.mark.parametrize(
    "text", ["the roadmap for next year", "We will see", "prior reman", "project basics", "", "a b c"]
)
def test_ordinary_writing_is_no_mention(text: str) -> None:
    assert seen(line(text)) == []


def test_a_name_that_was_only_heard_is_looked_for_too() -> None:
    place = SoundPlace(track_id="t1", start_s=1.0, end_s=1.5, time_uncertainty_s=0.0)
    heard = Finding(
        finding_id="f",
        entity="person:~noelle",
        label="PERSON",
        text="Noelle",
        rule=DetectionRule.POSITION,
        score=0.6,
        place=place,
    )
    assert [one.entity for one in seen(line("with Noelle here"), found=(heard,))] == ["picture:person:~noelle"]
    assert seen(line("with Noelle here")) == []


def test_the_same_place_over_several_looks_is_one_cover_and_says_how_sure_it_is() -> None:
    name = "ask Priya Raman"
    found = seen(line(name, start_s=0.0, end_s=2.0), line(name, start_s=1.0, end_s=3.0, confidence=0.5))
    found += seen(line(name, start_s=9.0, end_s=11.0, top=0.1))
    assert len(found) == 2
    place, later = found[0].place, found[1].place
    assert isinstance(place, PicturePlace)
    assert isinstance(later, PicturePlace)
    assert (place.start_s, place.end_s) == (0.0, 3.0)
    assert place.region.left < 0.1 < 0.28 < place.region.right
    assert place.region.top < 0.5 < 0.55 < place.region.bottom
    assert 0.9 < found[0].score <= 1.0
    (proposal,) = propose("s1", found)
    assert (proposal.label, proposal.is_picture) == (LABEL, True)


def test_what_was_misread_is_covered_a_letter_wider_at_both_ends() -> None:
    """The first letter of a name may be what the reader missed, and then it stands beside the box."""
    exact, misread = seen(line("ask Richard")), seen(line("ask Ricbard"))
    assert len(exact) == len(misread) == 1
    there, wider = exact[0].place, misread[0].place
    assert isinstance(there, PicturePlace) and isinstance(wider, PicturePlace)
    high = wider.region.bottom - wider.region.top
    assert wider.region.right - there.region.right >= 0.3 * high


def test_nothing_read_is_nothing_found() -> None:
    assert list(picture_findings("s1", None, CONTEXT, (), lambda text: [])) == []


def cut(text: str, *, left: float, right: float) -> OcrLine:
    """A line whose words lie side by side from one place to another."""
    words, width = text.split(), (right - left) / len(text.split())
    places = [(left + n * width, left + (n + 1) * width) for n in range(len(words))]
    return OcrLine(
        start_s=1.0,
        end_s=3.0,
        words=tuple(
            OcrWord(text=word, region=Region(left=a, top=0.5, right=b, bottom=0.55), confidence=0.9)
            for word, (a, b) in zip(words, places, strict=True)
        ),
    )


@pytest.mark.parametrize(
    ("text", "left", "right", "covered"),
    [
        ("ask Halcy", 0.7, 0.999, True),
        ("ask Halcyr", 0.7, 0.999, True),
        ("ask Halcyée", 0.7, 0.999, True),
        ("ask Halcy", 0.6, 0.9, False),
        ("lcyon says", 0.002, 0.3, True),
        ("lcyon says", 0.1, 0.4, False),
        ("lcyon says", 0.7, 0.999, False),
        ("ask Halc", 0.7, 0.999, False),
        ("ask halls", 0.7, 0.999, False),
    ],
)
def test_a_name_that_the_edge_of_the_picture_cuts_off_is_covered(
    text: str, left: float, right: float, covered: bool
) -> None:
    assert bool(seen(cut(text, left=left, right=right))) == covered
