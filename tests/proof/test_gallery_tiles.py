"""A finished picture is proved blank beside the tiles that stay, with no name in it of anybody who is taken out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.media import ocr, tools
from pipeline.media.frames import repaint
from pipeline.proof import gallery_tiles, tiles_hold
from pipeline.proof.gallery_tiles import NAMES, OUTSIDE_TILES
from pipeline.records import (
    Check,
    PicturePlan,
    Proof,
    ProofVerdict,
    RedactionBox,
    Region,
    RemovedInterval,
    VisibleTile,
)
from pipeline.render.picture import Painter
from pipeline.render.render_session import _failed
from pipeline.review.picture.tiles import outside
from tests.gallery.making import Scene, gallery, places
from tests.gallery.ruled import PEOPLE, session_of
from tests.render.making import Plan, plan

WIDTH, HEIGHT, LENGTH_S = 640, 360, 1.6
FOUR = PEOPLE[:4]
SCENE = Scene(LENGTH_S, tuple((person.participant_id, person.name) for person in FOUR))
SESSION = session_of(LENGTH_S, FOUR)
REGIONS = [
    Region(left=box[0] / WIDTH, top=box[1] / HEIGHT, right=box[2] / WIDTH, bottom=box[3] / HEIGHT)
    for box in places(SCENE, WIDTH, HEIGHT)
]


def kept(*numbers: int, until_s: float = 1.2, called: dict[int, str] | None = None) -> PicturePlan:
    """The plan that keeps the tiles of these people up to a time, and nothing behind it."""
    tiles = tuple(
        VisibleTile(
            start_s=0.0,
            end_s=until_s,
            region=REGIONS[number - 1],
            participant_id=(called or {}).get(number, f"p{number}"),
        )
        for number in numbers
    )
    covers = [RedactionBox(start_s=until_s, end_s=9.0)]
    covers += [RedactionBox(start_s=0.0, end_s=until_s, region=region) for region in outside([t.region for t in tiles])]
    return PicturePlan(tiles=tiles, closed=tuple(covers))


def planned(picture: PicturePlan | None) -> Plan:
    return replace(plan(removed=frozenset({"p2"})), picture=picture)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return gallery(tmp_path_factory.mktemp("film") / "film.mp4", [SCENE], width=WIDTH, height=HEIGHT, rate=5)


KEPT = kept(1, 3, 4)


@pytest.fixture(scope="module")
def finished(film: Path) -> Path:
    """The picture in which the tiles of all but p2 stay."""
    repaint(film, film.parent / "made.mp4", Painter(KEPT.all_covers))
    return film.parent / "made.mp4"


def verdicts(checks: tuple[Check, ...]) -> dict[str, ProofVerdict]:
    return {check.name: check.verdict for check in checks}


@pytest.mark.usefixtures("text_reader")
def test_what_the_plan_says_is_proved(finished: Path) -> None:
    checks = tiles_hold(finished, planned(KEPT), SESSION)
    assert verdicts(checks) == {OUTSIDE_TILES: ProofVerdict.PROVED, NAMES: ProofVerdict.PROVED}
    assert "8 frames" in checks[0].detail and "1 name looked for" in checks[1].detail


@pytest.mark.parametrize(
    "said", [kept(1, 4), kept(1, 3, 4, until_s=0.8), kept()], ids=["a tile too many", "a frame too many", "no tile"]
)
def test_what_is_seen_beside_the_tiles_is_a_leak(
    finished: Path, said: PicturePlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "read_pages", lambda pages: [[] for _ in pages])
    beside_tiles, _ = tiles_hold(finished, planned(said), SESSION)
    assert beside_tiles.name == OUTSIDE_TILES and beside_tiles.verdict is ProofVerdict.LEAK


@pytest.mark.usefixtures("text_reader")
def test_a_refusers_name_in_a_tile_that_stays_is_a_leak(finished: Path) -> None:
    wrong = planned(kept(1, 3, 4, called={3: "p2"}))
    checks = tiles_hold(finished, replace(wrong, removed=frozenset({"p3"})), SESSION)
    assert verdicts(checks) == {OUTSIDE_TILES: ProofVerdict.PROVED, NAMES: ProofVerdict.LEAK}


def test_a_tile_of_somebody_who_is_taken_out_is_a_leak_by_the_plan_alone(tmp_path: Path) -> None:
    nowhere = tmp_path / "none.mp4"
    (check,) = tiles_hold(nowhere, planned(kept(1, 2)), SESSION)
    assert check.verdict is ProofVerdict.LEAK
    for person, verdict in (("p1", ProofVerdict.LEAK), (None, ProofVerdict.LEAK)):
        gone = (RemovedInterval(start_s=1.0, end_s=2.0, participant_id=person),)
        (check,) = tiles_hold(nowhere, replace(planned(kept(1)), removed_intervals=gone), SESSION)
        assert check.verdict is verdict


def test_nothing_is_looked_at_where_everybody_may_be_seen(tmp_path: Path) -> None:
    assert tiles_hold(tmp_path / "none.mp4", planned(None), SESSION) == ()
    assert tiles_hold(tmp_path / "none.mp4", planned(PicturePlan()), SESSION) == ()


class CountedTiles(tuple[VisibleTile, ...]):
    """Tiles that count how often all of them are gone through."""

    read = 0

    def __iter__(self) -> Iterator[VisibleTile]:
        CountedTiles.read += 1
        return super().__iter__()


def test_no_frame_goes_through_the_tiles_of_other_times(finished: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tiles and frames both grow with a session."""
    monkeypatch.setattr(ocr, "read_pages", lambda pages: [[] for _ in pages])
    monkeypatch.setattr(CountedTiles, "read", 0)
    checks = tiles_hold(finished, planned(replace(KEPT, tiles=CountedTiles(KEPT.tiles or ()))), SESSION)
    assert verdicts(checks) == {OUTSIDE_TILES: ProofVerdict.PROVED, NAMES: ProofVerdict.PROVED}
    assert CountedTiles.read <= 3, "once for who is taken out, and once for each check"


def test_a_still_frame_that_is_shown_through_many_spans_has_each_tile_once() -> None:
    parts = [replace(tile, start_s=start_s, end_s=start_s + 1.0) for tile in KEPT.tiles or () for start_s in range(5)]
    assert gallery_tiles._throughout(gallery_tiles._index_of(parts), 0.0, 5.0) == [REGIONS[0], REGIONS[2], REGIONS[3]]
    gap = [part for part in parts if part.start_s != 2.0 or part.participant_id != "p3"]
    assert gallery_tiles._throughout(gallery_tiles._index_of(gap), 0.0, 5.0) == [REGIONS[0], REGIONS[3]]
    assert gallery_tiles._throughout(gallery_tiles._index_of(parts), 0.0, 5.5) == []


def test_what_cannot_be_read_is_not_proved(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "text.mp4").write_text("no picture")
    (check,) = tiles_hold(tmp_path / "text.mp4", planned(KEPT), SESSION)
    assert check.verdict is ProofVerdict.UNCHECKED
    monkeypatch.setattr(tools, "reader", lambda: tools.Tool(name="tesseract", version=None, install="apt-get"))
    checks = tiles_hold(finished, planned(KEPT), SESSION)
    assert verdicts(checks) == {OUTSIDE_TILES: ProofVerdict.PROVED, NAMES: ProofVerdict.UNCHECKED}


def test_a_rendition_whose_tiles_do_not_hold_fails_and_says_what_to_do() -> None:
    proof = Proof(checks=(Check(name=OUTSIDE_TILES, verdict=ProofVerdict.LEAK, detail="seen", at_s=2.0),))
    failed = _failed("s1", proof, is_leak=False)
    assert failed.reason.startswith("proof: leak at 2.0 s (picture beside the tiles")
    assert "`offrecord review cover s1`" in failed.action and "picture.gallery_tiles = false" in failed.action
