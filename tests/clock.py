"""The clock of the samples: a night a few days after their sessions, whatever the year is in which tests run.

A yes counts for a year and so does a review of the rules of places, so tests of what became of the samples keep to it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from unittest.mock import patch

from pipeline.cli import common

NIGHT = datetime(2026, 11, 23, 3, tzinfo=UTC)
_BEGAN = float(os.environ["TESTS_BEGAN_S"])
LAUNCH = f"""
import time
from datetime import datetime, timedelta
import pipeline.cli.common
began = datetime.fromisoformat("{NIGHT.isoformat()}") - timedelta(seconds={_BEGAN})
pipeline.cli.common.now = lambda: began + timedelta(seconds=time.monotonic())
from pipeline.cli import main
main()
"""
"""A program that is the command line at that time, for a process of its own; its time goes on as here."""


def now() -> datetime:
    """The time of the tests, which goes on, since one person does no two things in the same instant."""
    return NIGHT + timedelta(seconds=time.monotonic() - _BEGAN)


class _Clock:
    """What commands take for ``datetime``, some time after that of the tests."""

    def __init__(self, later: timedelta) -> None:
        self._later = later

    def now(self, tz: tzinfo | None = None) -> datetime:
        return now() + self._later


@contextmanager
def that_night(*, later: timedelta = timedelta(0)) -> Iterator[None]:
    """Every command in this process goes by that time, or one later than it."""
    with patch.object(common, "datetime", _Clock(later)):
        yield
