from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.records.session import UNKNOWN_PLATFORM
from pipeline.records.session_names import session_name
from tests.export.made import session


@pytest.mark.parametrize(
    ("platform", "named"),
    [
        ("zoom", "2026-11-18 15:00 UTC, zoom, Lumen Labs, 60 min"),
        (UNKNOWN_PLATFORM, "2026-11-18 15:00 UTC, Lumen Labs, 60 min"),
    ],
)
def test_a_session_is_named_without_a_platform_that_nobody_knows(platform: str, named: str) -> None:
    assert session_name(replace(session(), platform=platform)) == named
