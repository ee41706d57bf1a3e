"""Makes the pictures of the pages in docs/screenshots: `make screenshots`; of a session that is made by hand."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from pipeline.workflow.consent_form import invite
from tests.clock import now
from tests.web.chromium import ColorScheme
from tests.web.making import FORM, Server, decide_alike, make_workspace, preview_by_hand, serving

SIZES = {"wide": (1280, 800), "phone": (390, 844)}
PAGES: dict[str, tuple[str, ColorScheme]] = {
    "queue": ("wide", "light"),
    "holds": ("wide", "light"),
    "sign-off": ("wide", "dark"),
    "consent": ("phone", "light"),
    "preview": ("phone", "light"),
    "rules": ("wide", "light"),
}
SAID_BY_THEM = "we would love an export in the evening, [company 1] asks for it every week"
REVIEW: tuple[tuple[str, ColorScheme], ...] = (("wide", "light"), ("wide", "dark"), ("phone", "light"))


def main(folder: Path) -> None:
    """Takes one picture of each page, and of the review page in light and dark, wide and on a phone."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        with serving(make_workspace(Path(scratch) / "ws", script="with Halcyon")) as server:
            link = invite(server.session_id, FORM, emails=(), url=server.address, workspace=server.workspace, now=now())
            addresses = {
                "queue": f"{server.address}/queue",
                "holds": f"{server.address}/holds",
                "sign-off": f"{server.address}/sessions/{server.session_id}/sign-off",
                "consent": link[0].link,
                "preview": f"{server.address}{preview_by_hand(server.workspace, 'p2', said=SAID_BY_THEM)}",
                "rules": f"{server.address}/rules",
                "review": f"{server.address}/sessions/{server.session_id}/review",
            }
            decide_alike(server.workspace)
            for name, (size, scheme) in PAGES.items():
                _shoot(browser, server, addresses[name], folder / f"{name}.png", size, scheme)
            for size, scheme in REVIEW:
                _shoot(browser, server, addresses["review"], folder / f"review-{size}-{scheme}.png", size, scheme)
        browser.close()


def _shoot(browser: Browser, server: Server, address: str, path: Path, size: str, scheme: ColorScheme) -> None:
    width, height = SIZES[size]
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
    page.goto(server.link("ana"))
    page.goto(address)
    if address.endswith("/review"):
        page.wait_for_selector("[data-ready]")
        page.uncheck("#autoplay")
        page.focus("#proposals [tabindex='0']")
        page.keyboard.press("a")
    page.screenshot(path=path)
    page.close()
    _make_smaller(path)


def _make_smaller(path: Path) -> None:
    """The same picture in 64 colours, a quarter of the size."""
    large = path.replace(path.with_suffix(".large.png"))
    colours = "split[a][b];[a]palettegen=max_colors=64[p];[b][p]paletteuse=dither=none"
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", large, "-vf", colours, path], check=True)
    large.unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
