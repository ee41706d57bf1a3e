"""The picture of a session under review: black where consent closes it, noted, beside the transcript under covers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page

from pipeline.errors import UsageProblem
from pipeline.records import Outcome, Purpose, RedactionBox, Region
from pipeline.review.picture import decisions as picture_decisions
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from pipeline.web.recent_pieces import RecentPieces
from pipeline.web.roles import WebRole
from pipeline.web.site import Site
from pipeline.workflow.review_material import ReviewSession, open_review
from pipeline.workflow.review_picture import closed_picture, picture_piece
from tests.clock import now
from tests.media.making import ffmpeg
from tests.web.chromium import AXE, browser
from tests.web.making import Server, add_picture, serving, session_id_of, withdraw_transcription
from tests.web.test_browser import Watched, person, watched
from tests.web.test_browser import open_review as open_page
from tests.web.test_routes import client_of, site

__all__ = ["browser", "site", "watched"]

LIGHT, STEP = 60, 7
"""The picture's first second has this luma, and each later one is lighter by a step."""


@pytest.fixture
def workspace(workspace: Workspace) -> Workspace:
    add_picture(workspace)
    return workspace


@pytest.fixture
def server(workspace: Workspace) -> Iterator[Server]:
    with serving(workspace) as running:
        yield running


@pytest.fixture
def opened(workspace: Workspace) -> ReviewSession:
    return open_review(workspace, session_id_of(workspace), now=now())


def brightness(content: bytes, folder: Path) -> NDArray[np.uint8]:
    """The brightness of each frame of a piece, from 0."""
    path = folder / "piece.mp4"
    path.write_bytes(content)
    raw = ffmpeg("-i", path, "-vf", "extractplanes=y,scale=1:1", "-f", "rawvideo", "-pix_fmt", "gray", "pipe:1")
    return np.frombuffer(raw, np.uint8)


def test_a_piece_is_the_picture_of_its_seconds_and_no_file_is_left(
    workspace: Workspace, opened: ReviewSession, tmp_path: Path
) -> None:
    seen = brightness(picture_piece(workspace, opened, start_s=3.0, end_s=7.0), tmp_path)
    assert len(seen) == 40
    wanted = [(LIGHT + STEP * at - 16) * 255 / 219 for at in (3, 4, 5, 6)]
    assert np.abs(seen[5::10] - wanted).max() <= 2, (seen[5::10], wanted)
    assert list(workspace.scratch.iterdir()) == []


def test_it_is_black_wherever_the_sound_of_anybody_is_closed(
    workspace: Workspace, opened: ReviewSession, tmp_path: Path
) -> None:
    track = opened.session.tracks[0].track_id
    shut = replace(opened, material=replace(opened.material, closed=((track, ((4.0, 5.0),)),)))
    seen = brightness(picture_piece(workspace, shut, start_s=3.0, end_s=7.0), tmp_path)
    assert seen[8:22].max() <= 17 and seen[:5].min() > LIGHT and seen[25:].min() > LIGHT


def test_what_began_to_be_shown_while_it_was_closed_stays_black(tmp_path: Path) -> None:
    from pipeline.media.picture_piece import write_picture_piece

    slow = "color=black:s=64x64:r=10:d=30,geq=lum='100+10*floor(T/8)':cb=128:cr=128,select='eq(n,0)+eq(n,80)'"
    ffmpeg("-f", "lavfi", "-i", slow, "-fps_mode", "vfr", "-c:v", "libx264", "-pix_fmt", "yuv420p", tmp_path / "s.mp4")
    for closed, is_black in (((7.5, 8.5), True), ((6.0, 7.5), False)):
        target = tmp_path / f"{is_black}.mp4"
        write_picture_piece(tmp_path / "s.mp4", target, start_s=10.0, end_s=13.0, closed=[closed])
        seen = brightness(target.read_bytes(), tmp_path)
        assert len(seen) == 30, "the last frame stays to the end"
        assert bool(seen.max() <= 17) is is_black and bool(seen.min() > 80) is not is_black


def test_it_is_closed_to_all_where_somebody_silent_may_not_be_recorded(opened: ReviewSession) -> None:
    assert closed_picture(opened.session, opened.ruling) == []
    silent = opened.session.participants[-1].participant_id
    cells = tuple(
        replace(cell, outcome=Outcome.MINUS)
        if cell.participant_id == silent and cell.purpose is Purpose.RECORD
        else cell
        for cell in opened.ruling.cells
    )
    ((start_s, end_s),) = closed_picture(opened.session, replace(opened.ruling, cells=cells))
    assert start_s == 0.0 and end_s >= opened.session.duration_s


@pytest.mark.parametrize(("start_s", "end_s"), [(-1.0, 2.0), (3.0, 3.0), (0.0, 31.0), (9999.0, 10000.0)])
def test_a_piece_outside_the_session_is_refused(
    workspace: Workspace, opened: ReviewSession, start_s: float, end_s: float
) -> None:
    opened = replace(opened, session=replace(opened.session, duration_s=600.0))
    with pytest.raises(UsageProblem):
        picture_piece(workspace, opened, start_s=start_s, end_s=end_s)


def test_a_piece_is_served_in_ranges_noted_and_closed_by_a_withdrawal(site: Site, workspace: Workspace) -> None:
    client = client_of(site, WebRole.REVIEWER)
    path = f"/sessions/{session_id_of(workspace)}/picture?from=0&to=10"
    whole = client.get(path)
    assert (whole.status_code, whole.headers["content-type"]) == (200, "video/mp4")
    assert whole.headers["accept-ranges"] == "bytes" and whole.headers["cache-control"] == "no-store"
    part = client.get(path, headers={"range": "bytes=100-199"})
    assert part.status_code == 206 and part.content == whole.content[100:200]
    noted = [body for _, body in workspace.ledger.under("watch", session_id_of(workspace))]
    assert len(noted) == 2 and "ana" not in "".join(noted)
    withdraw_transcription(workspace)
    assert client.get(path).status_code == 403
    assert client.get(path.replace("picture?from=0&to=10", "covers")).status_code == 403


def test_a_session_without_a_picture_says_so(site: Site, workspace: Workspace) -> None:
    registry = Registry(workspace.db)
    registry.rewrite(replace(registry.session(session_id_of(workspace)), video=None))
    client = client_of(site, WebRole.REVIEWER)
    assert client.get(f"/sessions/{session_id_of(workspace)}/picture?from=0&to=10").status_code == 422
    assert "show-picture" not in client.get(f"/sessions/{session_id_of(workspace)}/review").text


def shown_light(page: Page, x: float) -> float:
    """The brightness, 0 to 255, of the film that is in front, at a share of its width."""
    value: float = page.evaluate(
        """x => { const video = [...document.querySelectorAll("#screen video")].find((each) => !each.hidden);
        const canvas = document.createElement("canvas"); canvas.width = 32; canvas.height = 18;
        const drawing = canvas.getContext("2d"); drawing.drawImage(video, 0, 0, 32, 18);
        return drawing.getImageData(Math.floor(32 * x), 9, 1, 1).data[0]; }""",
        x,
    )
    return value


def second_shown(page: Page, second: int) -> None:
    """Waits until the picture of a second is on the screen."""
    page.wait_for_function(
        """s => { const video = [...document.querySelectorAll("#screen video")].find((each) => !each.hidden);
        const from = Number(new URL(video.currentSrc || location).searchParams.get("from") ?? -1);
        return video.readyState >= 2 && !video.seeking && Math.floor(from + video.currentTime + 0.05) === s; }""",
        arg=second,
    )


def test_the_picture_follows_the_transcript_under_its_covers_by_keyboard(
    browser: Browser, server: Server, watched: list[Watched]
) -> None:
    asked: list[str] = []
    session = Registry(server.workspace.db).session(server.session_id)
    laid = RedactionBox(
        start_s=12.0, end_s=14.0, region=Region(left=0.5, top=0.0, right=1.0, bottom=0.5), reason="a badge"
    )
    picture_decisions.cover(server.workspace.db, session, laid, actor="ana")
    page = person(browser, server, watched, "ana", WebRole.REVIEWER)
    page.on("request", lambda request: asked.append(request.url))
    open_page(page, server)
    assert page.is_hidden("#picture") and not any("/picture?" in url or "/covers" in url for url in asked)
    page.uncheck("#advance")
    page.focus("#proposals [tabindex='0']")
    page.keyboard.press("End")
    assert "PICTURE" in page.inner_text("#detail")
    page.keyboard.press("v")
    second_shown(page, 2)
    first = page.locator(".cover")
    assert first.count() == 1 and "kept" not in (first.get_attribute("class") or "")
    box, screen = first.bounding_box(), page.locator("#screen").bounding_box()
    assert box and screen and box["width"] == pytest.approx(screen["width"] / 2, abs=3)
    assert page.evaluate("getComputedStyle(document.querySelector('.cover')).backgroundColor") == "rgb(0, 0, 0)"
    lighter = shown_light(page, 0.75)
    page.keyboard.press("x")
    page.keyboard.type("not confidential")
    page.keyboard.press("Enter")
    page.wait_for_selector(".cover.kept", state="attached")
    assert page.evaluate("getComputedStyle(document.querySelector('.cover')).backgroundColor") == "rgba(0, 0, 0, 0)"
    page.evaluate("document.getElementById('seek').value = 13")
    page.dispatch_event("#seek", "input")
    second_shown(page, 13)
    assert shown_light(page, 0.75) > lighter + 40
    page.wait_for_selector(".cover[data-proposal='']", state="attached")
    assert page.locator(".cover").count() == 1
    page.keyboard.press("v")
    assert page.is_hidden("#picture") and page.locator(".cover").count() == 0
    assert server.workspace.ledger.under("watch", server.session_id)


def test_the_picture_plays_with_the_sound_over_its_pieces(
    browser: Browser, server: Server, watched: list[Watched]
) -> None:
    page = person(browser, server, watched, "ana", WebRole.REVIEWER)
    open_page(page, server)
    page.click("#show-picture")
    page.evaluate("document.getElementById('seek').value = 8.6")
    page.dispatch_event("#seek", "input")
    second_shown(page, 8)
    word = "Number(document.querySelector('.w.now')?.dataset.i ?? -1)"
    before = page.evaluate(word)
    page.click("#screen")
    page.wait_for_function(f"before => {word} > before", arg=before)  # the transcript goes on with the picture
    second_shown(page, 10)
    page.click("#screen")
    at = page.evaluate("Number(document.getElementById('seek').value)")
    page.wait_for_function("() => document.getElementById('play').textContent === 'Play'")
    assert at >= 9.5


def test_axe_finds_nothing_serious_with_the_picture_shown(
    browser: Browser, server: Server, watched: list[Watched]
) -> None:
    page = person(browser, server, watched, "ana", WebRole.REVIEWER, bypass_csp=True)
    open_page(page, server)
    page.click("#show-picture")
    second_shown(page, 0)
    page.evaluate(AXE.read_text("utf-8"))
    result = page.evaluate("async () => (await axe.run()).violations")
    assert [each["id"] for each in result if each["impact"] in ("serious", "critical")] == []


def test_what_is_no_longer_there_is_not_remembered_as_a_piece() -> None:
    pieces, made = RecentPieces(), list[int]()

    def piece(number: int) -> bytes:
        def make() -> bytes:
            made.append(number)
            return bytes([number])

        return pieces.get((float(number), number + 1.0), make)

    assert [piece(number) for number in (0, 0, 1, 2, 3, 0, 4)] == [bytes([each]) for each in (0, 0, 1, 2, 3, 0, 4)]
    assert made == [0, 1, 2, 3, 4]
    assert piece(1) == b"\x01" and made[-1] == 1, "the one that nobody asked for longest is made again"
