"""Makes the pictures of the pages in docs/screenshots: `make screenshots`; of sessions that are made by hand.

Each page is taken in light and dark, at 1280 and at 390 pixels.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from pipeline.records import Verdict
from pipeline.reports.report_files import refresh
from pipeline.review.queue import proposals_of
from pipeline.store import Workspace
from pipeline.workflow.consent_form import invite
from pipeline.workflow.review_actions import decide_proposal
from pipeline.workflow.review_leases import work_on
from tests.clock import now
from tests.web.chromium import ColorScheme
from tests.web.making import (
    FORM,
    Server,
    analyse_more,
    decide_alike,
    make_workspace,
    preview_by_hand,
    publish_by_hand,
    serving,
)
from tests.web.mixed import make_mixed

SIZES = {"wide": (1280, 800), "phone": (390, 844)}
SCHEMES: tuple[ColorScheme, ...] = ("light", "dark")
NAVIGATION = (
    *("queue", "holds", "matches", "withdrawals", "rules", "quality", "requests", "ledger", "reports", "settings"),
)
OF_A_SESSION = ("review", "sign-off", "consent")
PAGES = (*NAVIGATION, *OF_A_SESSION, "voices", "form", "preview")
NAMES = {f"{page}-{size}-{scheme}.png" for page in PAGES for size in SIZES for scheme in SCHEMES}
SAID_BY_THEM = "we would love an export in the evening, [company 1] asks for it every week"
ASKED = (
    "We need single sign on for contractors before we can buy more seats.",
    "I wish the dashboard remembered my filters.",
    "It would be great to have a dry run of the import.",
)


def main(folder: Path) -> None:
    """Takes every picture, and removes those of pages that there are no more."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        workspace = make_workspace(Path(scratch) / "ws", script="with Halcyon")
        _fill(workspace)
        with serving(workspace) as server:
            for name, address in _addresses(server):
                _shoot_all(browser, server, name, address, folder)
        with serving(make_mixed(Path(scratch) / "mixed")) as server:
            address = f"{server.address}/sessions/{server.session_id}/voices"
            _shoot_all(browser, server, "voices", address, folder)
        browser.close()


def _fill(workspace: Workspace) -> None:
    """What the pages are about: decisions, a flag, a lease of somebody else, requests, a report."""
    (more,) = analyse_more(workspace, 1)
    decide_alike(workspace)
    flagged, kept, *_ = proposals_of(workspace, more)
    decide_proposal(workspace, flagged, Verdict.FLAG, actor="ben", reason="may we name her?")
    decide_proposal(workspace, kept, Verdict.KEEP, actor="ben", reason="our own product")
    work_on(workspace, more, actor="ben", now=now())
    publish_by_hand(workspace, ASKED)
    refresh(workspace, now=now())


def _addresses(server: Server) -> Iterator[tuple[str, str]]:
    for name in NAVIGATION:
        yield name, f"{server.address}/{name}"
    for name in OF_A_SESSION:
        yield name, f"{server.address}/sessions/{server.session_id}/{name}"
    link = invite(server.session_id, FORM, emails=(), url=server.address, workspace=server.workspace, now=now())
    yield "form", link[0].link
    yield "preview", f"{server.address}{preview_by_hand(server.workspace, 'p2', said=SAID_BY_THEM)}"


def _shoot_all(browser: Browser, server: Server, name: str, address: str, folder: Path) -> None:
    for size, (width, height) in SIZES.items():
        for scheme in SCHEMES:
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
            page.goto(server.link("lea"))
            page.goto(address)
            if name == "review":
                _decide_one(page)
            page.screenshot(path=folder / f"{name}-{size}-{scheme}.png")
            page.close()
            _make_smaller(folder / f"{name}-{size}-{scheme}.png")


def _decide_one(page: Page) -> None:
    page.wait_for_selector("[data-ready]")
    page.uncheck("#autoplay")
    page.focus("#proposals [tabindex='0']")
    page.keyboard.press("a")
    page.wait_for_function("() => document.getElementById('lease').textContent")
    page.evaluate("scrollTo(0, 0)")


def _make_smaller(path: Path) -> None:
    """The same picture in 32 colours, a fifth of the size."""
    large = path.replace(path.with_suffix(".large.png"))
    colours = "split[a][b];[a]palettegen=max_colors=32[p];[b][p]paletteuse=dither=none"
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", large, "-vf", colours, path], check=True)
    large.unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
