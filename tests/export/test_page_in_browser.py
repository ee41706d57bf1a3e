"""The page of requests as a browser opens it from disk: nothing is fetched or run, all charts show, it prints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from pipeline.export import RequestReport
from pipeline.export.formats import render
from pipeline.export.formats.options import ExportOptions
from tests.export.made import HOSTILE, hostile_report
from tests.export.test_formats import plain_report
from tests.web.chromium import AXE, browser

__all__ = ["browser"]


class OpenedPage:
    """The page of a report, opened from a file, with everything that the browser complained of or asked for."""

    def __init__(self, browser: Browser, report: RequestReport, folder: Path) -> None:
        place = folder / "requests.html"
        place.write_bytes(render(report, "html", ExportOptions()))
        self.page: Page = browser.new_page(bypass_csp=False)
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(place.as_uri())
        self.address = place.as_uri()


def test_hostile_texts_run_nothing_fetch_nothing_and_are_read_as_they_are(browser: Browser, tmp_path: Path) -> None:
    opened = OpenedPage(browser, hostile_report(), tmp_path)
    assert (opened.complaints, opened.requests) == ([], [opened.address])
    text = " ".join(opened.page.locator("body").inner_text().split())
    for hostile in HOSTILE:
        wanted = " ".join(hostile.replace("\x00", "").replace("\u202e", "").split())
        assert wanted in text, hostile
    assert opened.page.locator("script, img, iframe, a[href^='http']").count() == 0


def test_every_chart_has_a_size_and_a_name_and_the_page_is_one_column_on_a_phone(
    browser: Browser, tmp_path: Path
) -> None:
    page = OpenedPage(browser, plain_report(), tmp_path).page
    for heading in ("Trend", "Areas", "Top requests", "Discoveries"):
        note = page.locator(f"h2:text-is('{heading}') + p.note")
        assert note.count() == 1, f"a chart that does not say what it counts: {heading}"
    charts = page.locator("svg")
    assert charts.count() == 4
    for number in range(charts.count()):
        box = charts.nth(number).bounding_box()
        assert box is not None and box["width"] > 100 and box["height"] > 20
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_it_prints_on_whole_pages(browser: Browser, tmp_path: Path) -> None:
    page = OpenedPage(browser, plain_report(), tmp_path).page
    printed = page.pdf(format="A4")
    assert printed.startswith(b"%PDF") and printed.count(b"/Type /Page\n") >= 1


@pytest.mark.parametrize("report", [plain_report, hostile_report], ids=["plain", "hostile"])
def test_a_screen_reader_can_read_it(browser: Browser, tmp_path: Path, report: Callable[[], RequestReport]) -> None:
    OpenedPage(browser, report(), tmp_path).page.close()
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    page.goto((tmp_path / "requests.html").as_uri())
    page.add_script_tag(path=AXE)
    result = page.evaluate("axe.run().then(result => result.violations.map(each => each.id + ': ' + each.help))")
    assert result == []
