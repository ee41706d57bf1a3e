"""A loose file from its first night to its renditions, by the commands that its hold names."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from pipeline.reports.morning_report import gather
from pipeline.store import Workspace
from tests.clock import now
from tests.end_to_end.conftest import INLINE, SPHINX, offrecord, prepared
from tests.end_to_end.test_layouts import LISTED, WHO, Layouts

pytestmark = pytest.mark.slow

CHOICES = ("--series", "office-hours", "--location", "US-TX", "--host", "Lumen Labs", "--complete")


def night(inbox: Path, workspace: Path) -> tuple[str, str]:
    """A night; the status of the one session, and its next action."""
    offrecord("run", inbox, "--workspace", workspace, *INLINE)
    (line,) = gather(Workspace.open(workspace), now=now()).lines
    return line.status, line.action


def test_the_command_that_the_hold_names_begins_what_it_asks_for(tmp_path: Path) -> None:
    layouts, workspace = Layouts(tmp_path / "inbox"), prepared(tmp_path / "ws", SPHINX)
    lone = layouts.inbox / "2026-11-18 15-00-00 Halcyon.m4a"
    layouts.sound(lone, *WHO)
    status, action = night(layouts.inbox, workspace)
    assert status == "held" and "Halcyon" not in action
    command = re.search("`offrecord (session draft .+?)`", action)
    assert command is not None, action
    drafted = offrecord(*shlex.split(command[1]), "-w", workspace, *CHOICES)
    assert drafted.returncode == 0, drafted.stderr
    described = lone.with_name(f"{lone.name}.session.toml")
    described.write_text(described.read_text("utf-8") + 'timezone = "UTC"\nnotice = "asserted"\n' + LISTED, "utf-8")
    assert night(layouts.inbox, workspace)[0] == "done"
