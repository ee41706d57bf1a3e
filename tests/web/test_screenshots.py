"""docs/ has a picture of every page, in light and dark, at both widths, and none of a page that there is no more."""

from __future__ import annotations

import re
from pathlib import Path

from tests.web.screenshots import NAMES, NAVIGATION

ROOT = Path(__file__).parents[2]


def test_every_page_has_its_four_pictures() -> None:
    assert {path.name for path in (ROOT / "docs" / "screenshots").iterdir()} == NAMES
    base = (ROOT / "pipeline" / "web" / "templates" / "base.html").read_text("utf-8")
    assert set(re.findall(r'\("/(\w+)", "', base)) == set(NAVIGATION), "a page of the navigation has no pictures"
