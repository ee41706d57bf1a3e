"""Where only some people may be seen, nothing is that is not surely a tile of theirs, whatever the labels read."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import Mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.gallery.label_match import LabelNames
from pipeline.records import (
    Attendance,
    Audience,
    GallerySpan,
    GalleryTile,
    GalleryTiles,
    Interval,
    LabelMatch,
    ListAuthority,
    Outcome,
    Purpose,
    RedactionBox,
    Region,
    Ruling,
    Session,
)
from pipeline.review import may_be_shown, may_be_shown_in_tiles
from pipeline.review.picture import tiles
from pipeline.review.picture.plan import PictureReview, picture_plan
from pipeline.review.picture.tiles import OUTSIDE_TILES, GalleryView, gallery_view, outside
from tests.gallery.ruled import PEOPLE, ruled, session_of

LENGTH_S = 10.0
FOUR = PEOPLE[:4]
NAMES = LabelNames(FOUR)
PLACES = tuple(
    Region(left=left, top=top, right=left + 0.48, bottom=top + 0.48) for top in (0.01, 0.51) for left in (0.01, 0.51)
)
LABELLED = tuple(replace(place, top=place.bottom - 0.1, right=place.left + 0.1) for place in PLACES)
INTERNAL = Audience.INTERNAL


def tile(place: int, text: str) -> GalleryTile:
    people, match = NAMES.match(text)
    return GalleryTile(region=PLACES[place], label=LABELLED[place], people=people, match=match)


def span(*texts: str, start_s: float = 0.0, end_s: float = LENGTH_S) -> GallerySpan:
    tiles = tuple(tile(place, text) for place, text in enumerate(texts))
    return GallerySpan(start_s=start_s, end_s=end_s, tiles=tiles)


def seen(*spans: GallerySpan) -> GalleryTiles:
    return GalleryTiles(reader="", spans=spans)


NORMAL = seen(span(*(person.name for person in FOUR)))


def view(
    tiles: GalleryTiles = NORMAL, ruling: Ruling | None = None, session: Session | None = None
) -> GalleryView | None:
    here = session or session_of(LENGTH_S, FOUR)
    return gallery_view(here, ruling or ruled(LENGTH_S, "p2", people=FOUR), INTERNAL, tiles)


def visible(made: GalleryView | None, at_s: float = 5.0) -> set[str]:
    return {tile.participant_id for tile in made.tiles if tile.start_s <= at_s < tile.end_s} if made else set()


def holds(region: Region, x: float, y: float) -> bool:
    return region.left <= x < region.right and region.top <= y < region.bottom


def is_covered(made: GalleryView, at_s: float, x: float, y: float) -> bool:
    return any(
        box.start_s <= at_s < box.end_s and (box.region is None or holds(box.region, x, y)) for box in made.covers
    )


def test_the_tiles_of_who_may_be_seen_stay_and_the_refusers_is_covered_with_its_label() -> None:
    view_now = view()
    assert view_now is not None and visible(view_now) == {"p1", "p3", "p4"}
    assert [box.reason for box in view_now.covers if box.region == PLACES[1]] == ["gallery tile of p2"]
    labels = [f"name label of {who}" for who in ("p1", "p3", "p4")]
    assert {box.reason for box in view_now.covers if box.start_s == 0.0} == {
        "gallery tile of p2",
        OUTSIDE_TILES,
        *labels,
    }
    (label,) = [box.region for box in view_now.covers if box.reason == "name label of p3"]
    assert label is not None and holds(label, LABELLED[2].left, LABELLED[2].top)
    assert holds(label, LABELLED[2].right + 0.02, LABELLED[2].bottom + 0.005)
    assert is_covered(view_now, LENGTH_S + 0.5, 0.2, 0.2), "the last frame, which is shown for ever, is covered"


@pytest.mark.parametrize(
    "texts",
    [
        ("Ana Silva", "", "Chidi Nwosu", "Dora Lindqvist"),
        ("Ana Silva", "iPhone", "Chidi Nwosu", "Dora Lindqvist"),
        ("Ana Silva", "Ana Silva", "Chidi Nwosu", "Dora Lindqvist"),
        ("Ana Silva", "Ben", "Chidi Nwosu", "Dora Lindqvist"),
        (),
    ],
    ids=["unread", "renamed", "renamed as another", "only like it", "no gallery"],
)
def test_all_is_covered_where_the_refuser_is_not_found(texts: tuple[str, ...]) -> None:
    assert view(seen(span(*texts))) is None


def test_what_a_label_leaves_open_is_covered_alone() -> None:
    made = view(seen(span("Ana Silvq", "Ben Okafor", "Chidi Nwosu", "")))
    assert made is not None and visible(made) == {"p3"}
    reasons = {box.reason for box in made.covers if box.region in PLACES}
    assert reasons == {"gallery tile of p1", "gallery tile of p2", "gallery tile of nobody known"}


def test_one_label_in_two_tiles_opens_neither() -> None:
    assert visible(view(seen(span("Ana Silva", "Ben Okafor", "Ana Silva", "Dora Lindqvist")))) == {"p4"}


def test_somebody_who_refuses_from_a_time_on_is_covered_from_then() -> None:
    made = view(ruling=ruled(LENGTH_S, "p2", from_s=6.0, people=FOUR))
    assert visible(made, 5.0) == {"p1", "p2", "p3", "p4"} and visible(made, 7.0) == {"p1", "p3", "p4"}


@pytest.mark.parametrize("purpose", [Purpose.RECORD, Purpose.TRANSCRIBE, Purpose.INTERNAL_SHARE])
def test_whatever_it_is_that_somebody_refuses(purpose: Purpose) -> None:
    assert visible(view(ruling=ruled(LENGTH_S, "p2", purpose=purpose, people=FOUR))) == {"p1", "p3", "p4"}
    for outcome in (Outcome.HOLD, Outcome.REFUSE):
        assert view(ruling=ruled(LENGTH_S, "p2", purpose=purpose, outcome=outcome, people=FOUR)) is None


def test_only_the_platforms_list_says_that_a_refuser_was_not_there() -> None:
    """A host or a file that says so opens nothing; and while they were there, their tile has to be found."""
    early = tuple(
        Attendance(participant_id=person.participant_id, join_s=0.0, leave_s=4.0 if person is FOUR[1] else LENGTH_S)
        for person in FOUR
    )
    without = seen(
        span("Ana Silva", "", "Chidi Nwosu", "Dora Lindqvist", end_s=5.0),
        span("Ana Silva", "", "Chidi Nwosu", "Dora Lindqvist", start_s=5.0),
    )
    said = replace(session_of(LENGTH_S, FOUR), attendance=early)
    for authority in (ListAuthority.NOBODY, ListAuthority.HOST):
        assert view(without, session=replace(said, list_authority=authority)) is None
    made = view(without, session=replace(said, list_authority=ListAuthority.PLATFORM))
    assert visible(made, 4.9) == set() and visible(made, 6.0) == {"p1", "p3", "p4"}


def decided_of(ruling: Ruling, who: str, *, until_s: float, outcome: Outcome = Outcome.PROCEED) -> Ruling:
    """The ruling with nothing decided about somebody behind a time, as where a list has them leave."""
    left = Interval(start_s=0.0, end_s=until_s)
    cells = (
        replace(cell, interval=left, outcome=outcome) if cell.participant_id == who else cell for cell in ruling.cells
    )
    return replace(ruling, cells=tuple(cells))


@pytest.mark.parametrize("outcome", [Outcome.PROCEED, Outcome.HOLD, Outcome.REFUSE])
def test_nobody_is_seen_where_nothing_was_decided_about_them(outcome: Outcome) -> None:
    """Who is said to have left, and is in a tile all the same, gave no yes there."""
    ruling = decided_of(ruled(LENGTH_S, "p2", people=FOUR), "p1", until_s=4.0, outcome=outcome)
    made = view(ruling=ruling)
    assert visible(made, 6.0) == {"p3", "p4"}
    nobody_else = decided_of(ruled(LENGTH_S, "p2", "p3", "p4", people=FOUR), "p1", until_s=4.0, outcome=outcome)
    assert may_be_shown_in_tiles(session_of(LENGTH_S, FOUR), nobody_else, INTERNAL) is (outcome is Outcome.PROCEED)


def test_a_ruling_is_read_once_for_all_spans(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each reading goes through all of its cells, and both spans and cells grow with a session."""
    opening = Mock(side_effect=tiles._open_spans)
    monkeypatch.setattr(tiles, "_open_spans", opening)
    texts = tuple(person.name for person in FOUR)
    assert view(seen(*(span(*texts, start_s=at, end_s=at + 1.0) for at in range(10)))) is not None
    assert opening.call_count == len(FOUR)


def test_a_room_in_which_several_people_sit_is_covered() -> None:
    room = replace(FOUR[0], shared_microphone=True)
    assert visible(view(session=session_of(LENGTH_S, (room, *FOUR[1:])))) == {"p3", "p4"}


def test_what_is_between_and_behind_spans_is_covered() -> None:
    texts = tuple(person.name for person in FOUR)
    made = view(seen(span(*texts, start_s=1.0, end_s=3.0), span(start_s=3.0, end_s=5.0), span(*texts, start_s=5.0)))
    assert made is not None
    assert [len(visible(made, at_s)) for at_s in (0.5, 2.0, 4.0, 6.0)] == [0, 3, 0, 3]
    whole = [(box.start_s, box.end_s) for box in made.covers if box.region is None]
    assert whole == [(0.0, 1.0), (3.0, 5.0), (10.0, 11.0)]


def test_never_for_the_public_and_not_without_being_asked() -> None:
    session, ruling = session_of(LENGTH_S, FOUR), ruled(LENGTH_S, "p2", purpose=Purpose.TRANSCRIBE, people=FOUR)
    asked = PictureReview(may_be_kept=True, approved_by="ana", gallery=NORMAL)
    assert gallery_view(session, ruling, Audience.PUBLIC, NORMAL) is None
    assert picture_plan(session, ruling, Audience.PUBLIC, (), asked) is None
    assert picture_plan(session, ruling, INTERNAL, (), replace(asked, gallery=None)) is None
    assert picture_plan(session, ruling, INTERNAL, (), replace(asked, may_be_kept=False)) is None
    assert not may_be_shown(session, ruling, INTERNAL) and may_be_shown_in_tiles(session, ruling, INTERNAL)
    assert not may_be_shown_in_tiles(session, ruling, Audience.PUBLIC)
    plan = picture_plan(session, ruling, INTERNAL, (), asked)
    assert plan is not None and plan.tiles and {tile.participant_id for tile in plan.tiles} == {"p1", "p3", "p4"}


def test_a_person_adds_covers_and_opens_none_that_consent_closes() -> None:
    laid = RedactionBox(start_s=0.0, end_s=60.0, region=PLACES[0], reason="a badge")
    session, ruling = session_of(LENGTH_S, FOUR), ruled(LENGTH_S, "p2", people=FOUR)
    plan = picture_plan(session, ruling, INTERNAL, (), PictureReview(may_be_kept=True, covers=(laid,), gallery=NORMAL))
    assert plan is not None and [cover.reason for cover in plan.covers] == ["a badge"]
    view_now = view()
    assert view_now is not None and plan.closed == view_now.covers
    assert plan.all_covers == (*plan.covers, *plan.closed)


def test_nobody_who_may_be_seen_is_no_picture() -> None:
    everybody = ruled(LENGTH_S, "p1", "p2", "p3", "p4", people=FOUR)
    assert view(ruling=everybody) is None
    assert not may_be_shown_in_tiles(session_of(LENGTH_S, FOUR), everybody, INTERNAL)
    unreached = ruled(4.0, "p2", people=FOUR)
    made = view(ruling=replace(unreached, duration_s=LENGTH_S))
    assert visible(made, 2.0) == {"p1", "p3", "p4"} and visible(made, 5.0) == set()


def changed(name: str) -> str:
    """A name of nobody, near to one: another letter, and none that readers take for it."""
    return name[:-1] + ("q" if name[-1] != "q" else "x")


KNOWN = [person.name for person in FOUR]
LABELS = st.one_of(
    st.sampled_from(KNOWN),
    st.sampled_from([changed(name) for name in KNOWN]),
    st.sampled_from([name.split()[0] for name in KNOWN]),
    st.sampled_from([f"{name} (Host)" for name in KNOWN]),
    st.sampled_from(["", "iPhone", "| |", "Room 4", "Ana Okafor", "Silva Ben"]),
    st.text(alphabet="abAnSilvBeOkfr |…", max_size=12),
)
SPANS = st.lists(st.tuples(st.sampled_from([0.5, 1.0, 2.5]), st.lists(LABELS, max_size=4)), max_size=4)
REFUSERS = st.sets(st.sampled_from(["p1", "p2", "p3", "p4"]), min_size=1)


@settings(max_examples=60, deadline=None)
@given(
    lengths=SPANS,
    refusers=REFUSERS,
    from_s=st.sampled_from([0.0, 0.7, 2.0]),
    outcome=st.sampled_from(list(Outcome)),
)
def test_no_point_beside_a_tile_that_surely_may_be_seen_is_ever_visible(
    lengths: list[tuple[float, list[str]]], refusers: set[str], from_s: float, outcome: Outcome
) -> None:
    spans, labels, at_s = [], [], 0.0
    for length_s, texts in lengths:
        spans.append(span(*texts, start_s=at_s, end_s=at_s + length_s))
        labels.append((at_s, at_s + length_s, texts))
        at_s += length_s
    ruling = ruled(LENGTH_S, *refusers, from_s=from_s, outcome=outcome, people=FOUR)
    made = view(seen(*spans), ruling)
    if made is None:
        return
    names = {person.participant_id: person.name for person in FOUR}
    for tenth in range(0, 110, 4):
        moment = tenth / 10 + 0.05
        texts = next((texts for start_s, end_s, texts in labels if start_s <= moment < end_s), [])
        closed = refusers if outcome is not Outcome.PROCEED and moment >= from_s else set()
        for row in range(13):
            for column in range(13):
                x, y = column / 13 + 0.004, row / 13 + 0.004
                if is_covered(made, moment, x, y):
                    continue
                place = next(number for number, region in enumerate(PLACES) if holds(region, x, y))
                text = texts[place].replace(" (Host)", "").strip("| …")
                (person,) = [who for who, name in names.items() if name.replace(" ", "") == text.replace(" ", "")]
                assert person not in closed and moment < LENGTH_S
                assert not closed or outcome is Outcome.MINUS, "what is held or refused closes all of it"


@given(st.lists(st.tuples(*[st.integers(0, 9)] * 2, *[st.integers(1, 9)] * 2), max_size=5))
def test_what_is_beside_regions_is_all_of_the_picture_but_them(boxes: list[tuple[int, int, int, int]]) -> None:
    regions = [
        Region(left=left / 10, top=top / 10, right=min(10, left + wide) / 10, bottom=min(10, top + high) / 10)
        for left, top, wide, high in boxes
    ]
    rest = outside(regions)
    for row in range(10):
        for column in range(10):
            x, y = column / 10 + 0.05, row / 10 + 0.05
            assert sum(holds(each, x, y) for each in rest) == (not any(holds(each, x, y) for each in regions))


def test_labels_are_matched_as_names() -> None:
    assert tile(0, "Ana Silva").match is LabelMatch.EXACT
