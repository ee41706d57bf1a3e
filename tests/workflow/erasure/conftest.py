"""A workspace after a night over one sample session of two people on tracks of their own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline import nightly
from pipeline.consent.answers.importer import import_answers
from pipeline.consent.staff.withdraw import Erasure, FiledWithdrawal
from pipeline.executors import EXECUTORS
from pipeline.records import Purpose
from pipeline.reports.morning_report import MorningReport
from pipeline.store import Workspace
from pipeline.workflow.consent_actions import withdraw_consent
from tests.heard_once import heard_once
from tests.once import made_once
from tests.samples import shortened

SAMPLES = Path(__file__).parents[3] / "sample_media"
FOLDER = "2026-11-18-j-public"
SECONDS = 29.2  # of it: both are named, ask and answer, and the guest finds something out
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
GUEST = "martin.keller@cedar.example"


def night(workspace: Workspace, inbox: Path | None = None, *, now: datetime = NOW) -> MorningReport:
    options = nightly.RunOptions(executor=EXECUTORS["inline"], accept_clock=True)
    with heard_once():  # each night hears the same half minute, or what is left of it
        return nightly.run_night(workspace, inbox=inbox, options=options, now=now, progress=lambda *_: None)


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that every test copies: ``ws`` after its night, ``inbox``, and ``empty`` before it."""
    return made_once(tmp_path_factory, "erasure", _make_kept)


def _make_kept(folder: Path) -> None:
    shortened(FOLDER, folder / "inbox", seconds=SECONDS)
    workspace = Workspace.create(folder / "empty")
    shutil.copyfile(SAMPLES / "terms.toml", workspace.root / "terms.toml")
    (workspace.root / "offrecord.toml").write_text(
        '[run]\nstable_for_s = 0\n[speech]\nengine = "sphinx"\n[export]\nmin_customers = 1\n', "utf-8"
    )
    import_answers(SAMPLES / "consent.csv", SAMPLES / "consent-form.toml", workspace=workspace, now=NOW)
    workspace.db.dispose()
    shutil.copytree(folder / "empty", folder / "ws")
    made = Workspace.open(folder / "ws")
    assert night(made, folder / "inbox").exit_code == 0
    made.db.dispose()


@pytest.fixture
def workspace(kept: Path, tmp_path: Path) -> Workspace:
    return Workspace.open(shutil.copytree(kept / "ws", tmp_path / "ws"))


@pytest.fixture(scope="session")
def kept_without(kept: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace after the guest had everything erased and a night went by, which several tests copy."""

    def make(folder: Path) -> None:
        workspace = Workspace.open(shutil.copytree(kept / "ws", folder / "ws"))
        leave_with(workspace, erase=True)
        night(workspace, now=LATER)
        workspace.db.dispose()

    return made_once(tmp_path_factory, "erased", make) / "ws"


@pytest.fixture
def without(kept_without: Path, tmp_path: Path) -> Workspace:
    """A workspace in which everything of the guest was erased."""
    return Workspace.open(shutil.copytree(kept_without, tmp_path / "ws"))


@pytest.fixture
def before(kept: Path, tmp_path: Path) -> Workspace:
    """A workspace with the answers, before any session."""
    return Workspace.open(shutil.copytree(kept / "empty", tmp_path / "ws"))


@pytest.fixture
def inbox(kept: Path, tmp_path: Path) -> Path:
    return shutil.copytree(kept / "inbox", tmp_path / "inbox")


Leave = Callable[..., FiledWithdrawal]


def leave_with(workspace: Workspace, *purposes: Purpose, erase: bool = False, now: datetime = NOW) -> FiledWithdrawal:
    """Files the guest's withdrawal as staff do."""
    return withdraw_consent(
        GUEST,
        purposes=purposes or tuple(Purpose),
        session_id=None,
        actor="ann",
        reason="by mail",
        workspace=workspace,
        now=now,
        erasure=Erasure(erase=erase),
    )


@pytest.fixture
def leave() -> Leave:
    """Files the guest's withdrawal as the command does."""
    return leave_with
