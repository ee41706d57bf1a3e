"""A workspace of version 0.1.0 goes on: it opens, all in it is read, and a night takes back only what is closed now.

How it was made stands beside it, in ``tests/store/workspace_0_1_0/make.sh``.
"""

from __future__ import annotations

import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import inspect

from pipeline import nightly
from pipeline.cli import main
from pipeline.executors import inline
from pipeline.files import file_digest
from pipeline.records import Audience
from pipeline.review import decisions, signed_off_by
from pipeline.review.picture.decisions import covers
from pipeline.review.queue import proposals_of
from pipeline.store import Workspace, releases
from pipeline.store.registry import Registry
from tests.clock import NIGHT as TESTS_NIGHT
from tests.clock import that_night

ARCHIVE = Path(__file__).parent.parent / "store" / "workspace_0_1_0" / "workspace.tar.xz"
NIGHT = datetime(2026, 11, 29, 3, tzinfo=UTC)
PROOF = "proof.json"


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    with tarfile.open(ARCHIVE) as archive:
        # Python before 3.11.4 has no filter to name, and the archive is our own.
        archive.extraction_filter = getattr(tarfile, "data_filter", lambda member, path: member)
        archive.extractall(tmp_path)
    return tmp_path / "ws"


def titled(workspace: Workspace) -> dict[str, str]:
    """The sessions' ids by title."""
    return {session.title: session.session_id for session in Registry(workspace.db).sessions()}


def published(root: Path) -> dict[str, str]:
    """Every file of a published rendition, with its digest; exports are written again in today's formats."""
    files = [file for file in sorted(root.rglob("*")) if file.is_file() and file.parent.name != "exports"]
    return {str(file.relative_to(root)): file_digest(file) for file in files}


def shown(root: Path, *command: str, code: int = 0) -> str:
    with that_night(later=NIGHT - TESTS_NIGHT):  # its answers grow old, and then are no answers
        result = CliRunner().invoke(main, [*command, "--workspace", str(root)])
    assert result.exit_code == code, result.output
    return result.output


def test_everything_that_it_holds_is_read(earlier: Path) -> None:
    workspace = Workspace.open(earlier)
    ids = titled(workspace)
    registry = Registry(workspace.db)
    tracks, mixed = ids["Office hours with Ridge Airlines"], ids["Second office hours"]
    assert registry.session(tracks).unrecognised_files == 1, "the note that nobody reads"
    assert set(registry.states()) == set(ids.values())
    assert len(proposals_of(workspace, tracks)) == len(decisions(workspace.db, tracks)) == 6
    assert signed_off_by(workspace.db, tracks, proposals_of(workspace, tracks)) == "rita"
    assert list(covers(workspace.db, mixed)) == ["c1"]
    assert releases.current_entry(workspace.ledger, mixed, Audience.PUBLIC) == f"{mixed}-public-1"
    assert releases.latest(workspace.db, mixed, Audience.PUBLIC) is not None
    tables = set(inspect(workspace.db).get_table_names())
    assert (
        not {"human_act", "consent_staff_match", "consent_notice_served", "label", "picture_act", "released"} & tables
    )


def test_every_reading_command_works(earlier: Path) -> None:
    assert shown(earlier, "verify").count(" yes ") >= 8
    assert "done" in shown(earlier, "status")
    assert "report.html" in shown(earlier, "report")
    assert "yes" in shown(earlier, "review", "list")
    session_id = titled(Workspace.open(earlier))["Fourth office hours"]
    assert "H1" in shown(earlier, "consent", "show", session_id)
    assert "no leftovers" in shown(earlier, "consent", "verify-withdrawal", "dee.moreau@halden.example")
    folders = [folder for folder in (earlier / "out").glob("*/*") if folder.is_dir()]
    assert len(folders) == 5
    for folder in folders:
        assert CliRunner().invoke(main, ["prove", str(folder)]).exit_code == 0


@pytest.mark.slow
def test_a_night_takes_back_only_mixed_sound_that_nobody_vouches_for(earlier: Path) -> None:
    """0.1.0 took every list for complete; of mixed sound, that now needs the platform's list or the host's word."""
    before = published(earlier / "out")
    workspace = Workspace.open(earlier)
    mixed = titled(workspace)["Second office hours"]
    options = nightly.RunOptions(executor=inline.run_tasks, accept_clock=True)
    report = nightly.run_night(workspace, inbox=None, options=options, now=NIGHT, progress=lambda *_: None)
    after = published(earlier / "out")
    closed = {name for name in before if name.startswith(mixed)}
    assert closed and set(before) - set(after) == closed
    # A session with a chat is rendered once more: requests are read out of what was typed.
    with_chat = {name.replace("chat.txt", "chat.jsonl") for name in after if name.endswith("/chat.txt")}
    assert with_chat and set(after) - set(before) == with_chat
    # What this version finds beside is redacted in what was published too; everything is proved again.
    for folder in {(earlier / "out" / name).parent for name in after}:
        assert CliRunner().invoke(main, ["prove", str(folder)]).exit_code == 0
    statuses = {line.id: line.status for line in report.lines}
    assert statuses.pop(mixed) == "held" and set(statuses.values()) <= {"done", "pending", "refused"}
    assert shown(earlier, "verify").count(" yes ") >= 8
