"""What a night does around its sessions: what is due, what is lost, what is still being written."""

from __future__ import annotations

import errno
import os
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from pipeline import ingest, nightly, run
from pipeline.errors import ConfigurationError, ConsentUnreadable, RunFenced, StorageUnavailable, TryAgain
from pipeline.executors import TaskDone, TaskFailed, inline
from pipeline.media import tools
from pipeline.media.tools import Tool
from pipeline.records import Participant, Refused, SessionProgress, SessionResult
from pipeline.reports.morning_report import MorningReport, gather
from pipeline.reports.report_files import render_page
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from pipeline.workflow.attempts import Task
from tests.store.making import session

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)


class Scripted:
    """An executor whose outcomes are written down beforehand; it notes what it was asked for."""

    def __init__(self, ingested: object = None, processed: object = None) -> None:
        self.outcomes = {"ingest_one": ingested, "process_one": processed}
        self.asked: list[str] = []
        self.workers: list[int] = []

    def __call__(
        self, tasks: Sequence[Any], work: Callable[[Any], Any], *, workers: int, timeout_s: float
    ) -> Iterator[Any]:
        outcome = self.outcomes[work.__name__]
        for task in tasks:
            self.asked.append(task.session_id or task.folder.name)
            self.workers.append(workers)
            yield outcome(task) if callable(outcome) else TaskDone(task, outcome)


def done(task: Task) -> TaskDone[Task, SessionProgress]:
    result = SessionResult(session_id=task.session_id, status="done", reason="out", action="")
    return TaskDone(task, SessionProgress(result=result, valid_until=(NOW + timedelta(hours=24)).timestamp()))


def published(task: Task) -> TaskDone[Task, SessionProgress]:
    """What ``done`` gives, with a rendition in ``out/``."""
    folder = f"{task.session_id}/internal"
    (task.root / "out" / folder).mkdir(parents=True, exist_ok=True)
    finished = done(task)
    result = replace(finished.value.result, renditions=(folder,))
    return TaskDone(task, replace(finished.value, result=result))


def nightly_inline(task: Task) -> TaskDone[Task, SessionProgress] | TaskFailed[Task]:
    """The work itself, as an executor does it."""
    (outcome,) = inline.run_tasks([task], nightly.process_one, workers=1, timeout_s=60.0)
    return outcome


def lost(task: Task) -> TaskFailed[Task]:
    return TaskFailed(task, "its worker process died", "ProcessExpired")


@pytest.fixture
def workspace(tmp_path: Path, new_workspace: Callable[[Path], Workspace]) -> Workspace:
    folder = tmp_path / "inbox" / "Halcyon Freight"
    folder.mkdir(parents=True)
    (folder / "session.toml").write_text("title = 'x'\n")
    return new_workspace(tmp_path / "ws")


def night(
    workspace: Workspace, executor: Scripted, *, now: datetime = NOW, retry_failed: bool = False
) -> MorningReport:
    options = nightly.RunOptions(executor=executor, retry_failed=retry_failed, accept_clock=True)
    inbox = workspace.root.parent / "inbox"
    return nightly.run_night(workspace, inbox=inbox, options=options, now=now, progress=lambda *_: None)


def test_what_is_done_is_not_done_again(workspace: Workspace) -> None:
    first, second = Scripted(session(), done), Scripted(session(), done)
    assert night(workspace, first).counts == {"done": 1}
    assert first.asked == ["Halcyon Freight", "2026-11-18-aaaaaaaa"]
    assert night(workspace, second).counts == {"done": 1}
    assert second.asked == []


def test_a_ruling_that_runs_out_is_made_again(workspace: Workspace) -> None:
    night(workspace, Scripted(session(), done))
    later = Scripted(session(), done)
    night(workspace, later, now=NOW + timedelta(hours=25))
    assert later.asked == ["2026-11-18-aaaaaaaa"]


def test_a_clock_that_jumped_stops_the_night_and_changes_nothing(workspace: Workspace) -> None:
    night(workspace, Scripted(session(), done))
    before, states = workspace.ledger.verify(), Registry(workspace.db).states()
    executor = Scripted(session(), done)
    for wrong in (NOW - timedelta(hours=1), datetime(2050, 1, 1, tzinfo=UTC)):
        with pytest.raises(TryAgain, match="--accept-clock"):
            nightly.run_night(
                workspace,
                inbox=workspace.root.parent / "inbox",
                options=nightly.RunOptions(executor=executor),
                now=wrong,
                progress=lambda *_: None,
            )
    assert executor.asked == []
    assert (workspace.ledger.verify(), Registry(workspace.db).states()) == (before, states)


@pytest.mark.parametrize("year", [1, 9999])
def test_a_session_of_an_impossible_date_costs_itself_alone(workspace: Workspace, year: int) -> None:
    at, ana = datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC), Participant(participant_id="p1", name="Ana")
    strange = replace(session(), started_at=at, participants=(ana,))
    report = night(workspace, Scripted(strange, nightly_inline))
    assert set(report.counts) <= {"failed", "held", "refused"} and sum(report.counts.values()) == 1
    later = night(workspace, Scripted(strange, nightly_inline), now=NOW + timedelta(days=1))
    assert later.counts == report.counts and (workspace.reports / "report.html").is_file()


def test_a_ruling_of_the_future_does_not_count(workspace: Workspace) -> None:
    night(workspace, Scripted(session(), done))
    registry = Registry(workspace.db)
    (state,) = registry.states().values()
    assert state.ruled_at == NOW.timestamp()
    registry.conclude(replace(state, ruled_at=datetime(2050, 1, 1, tzinfo=UTC).timestamp()))
    later = Scripted(session(), done)
    night(workspace, later)
    assert later.asked == ["2026-11-18-aaaaaaaa"]


def test_a_changed_term_list_is_worked_again(workspace: Workspace) -> None:
    night(workspace, Scripted(session(), done))
    (workspace.root / "terms.toml").write_text('[[terms]]\ntext = "Bluefin"\n')
    later = Scripted(session(), done)
    night(workspace, later)
    assert later.asked == ["2026-11-18-aaaaaaaa"]


def raises(task: Task) -> TaskFailed[Task]:
    return TaskFailed(task, "an unexpected error", "ValueError")


def loses(times: int, kind: str, then: Callable[[Task], Any] = done) -> Callable[[Task], Any]:
    """What loses that many workers, and then goes on."""
    left = [times]

    def outcome(task: Task) -> Any:
        left[0] -= 1
        return TaskFailed(task, "lost", kind) if left[0] >= 0 else then(task)

    return outcome


def test_a_failing_session_is_tried_three_times_and_then_waits_for_a_person(workspace: Workspace) -> None:
    for attempt in range(5):
        executor = Scripted(session(), raises)
        report = night(workspace, executor, now=NOW + timedelta(days=attempt))
        assert report.counts == {"failed": 1}
        assert ("2026-11-18-aaaaaaaa" in executor.asked) is (attempt < 3)
    asked_for = Scripted(session(), done)
    assert night(workspace, asked_for, now=NOW + timedelta(days=9), retry_failed=True).counts == {"done": 1}


def test_a_session_whose_worker_died_is_tried_again_alone_at_once(workspace: Workspace) -> None:
    executor = Scripted(session(), loses(1, "ProcessExpired"))
    assert night(workspace, executor).counts == {"done": 1}
    assert executor.asked == ["Halcyon Freight", "2026-11-18-aaaaaaaa", "2026-11-18-aaaaaaaa"]
    assert executor.workers == [0, 0, 1]
    assert Registry(workspace.db).states()["2026-11-18-aaaaaaaa"].attempts == 1


def test_a_session_that_kills_two_workers_is_quarantined_until_a_person_retries(workspace: Workspace) -> None:
    report = night(workspace, Scripted(session(), lost))
    (line,) = report.lines
    assert report.counts == {"failed": 1} and "quarantined" in line.reason and "--retry-failed" in line.action
    (workspace.root / "terms.toml").write_text('[[terms]]\ntext = "Bluefin"\n')
    for days in range(1, 4):
        left = Scripted(session(), done)
        assert night(workspace, left, now=NOW + timedelta(days=days)).counts == {"failed": 1}
        assert left.asked == []
    again = Scripted(session(), raises)
    assert night(workspace, again, now=NOW + timedelta(days=5), retry_failed=True).counts == {"failed": 1}
    next_night = Scripted(session(), done)
    assert night(workspace, next_night, now=NOW + timedelta(days=6)).counts == {"done": 1}


@pytest.mark.parametrize(("nodes", "count"), [(3, "done"), (9, "failed")])
def test_a_machine_that_is_lost_is_not_charged_to_its_session(workspace: Workspace, nodes: int, count: str) -> None:
    assert night(workspace, Scripted(session(), loses(nodes, "NodeLost"))).counts == {count: 1}
    (state,) = Registry(workspace.db).states().values()
    assert not state.is_quarantined


def test_a_session_that_hangs_is_not_tried_twice_in_a_night(workspace: Workspace) -> None:
    executor = Scripted(session(), loses(1, "TimeoutError"))
    assert night(workspace, executor).counts == {"failed": 1}
    assert executor.asked == ["Halcyon Freight", "2026-11-18-aaaaaaaa"]
    assert night(workspace, Scripted(session(), done)).counts == {"done": 1}


@pytest.mark.parametrize("kind", ["ProcessExpired", "TimeoutError", "NodeLost"])
def test_a_worker_that_is_thought_lost_may_not_conclude(workspace: Workspace, kind: str) -> None:
    zombies: list[Task] = []

    def loses_some(task: Task) -> Any:
        with zombie.attempting(task.attempt):
            zombie.ledger.append("kind", f"{task.number} in time", {})
        for before in zombies:
            with zombie.attempting(before.attempt), pytest.raises(RunFenced):
                zombie.ledger.append("kind", "late", {})
        zombies.append(task)
        return done(task) if len(zombies) == 2 else TaskFailed(task, "lost", kind)

    zombie = Workspace.open(workspace.root)
    night(workspace, Scripted(session(), loses_some))
    with zombie.attempting(zombies[0].attempt), pytest.raises(RunFenced):
        zombie.ledger.append("kind", "much later", {})


def test_a_worker_of_a_run_that_is_over_stops_everything(workspace: Workspace) -> None:
    def fenced(task: Task) -> TaskFailed[Task]:
        return TaskFailed(task, "an unexpected error", "RunFenced")

    with pytest.raises(RunFenced):
        night(workspace, Scripted(session(), fenced))
    assert night(workspace, Scripted(session(), done)).counts == {"done": 1}


def test_a_folder_that_kills_two_workers_is_left_until_a_person_retries(workspace: Workspace) -> None:
    report = night(workspace, Scripted(lost, done))
    (line,) = report.lines
    assert report.counts == {"refused": 1} and "quarantined" in line.reason
    left = Scripted(session(), done)
    assert night(workspace, left).counts == {"refused": 1} and left.asked == []
    assert night(workspace, Scripted(session(), done), retry_failed=True).counts == {"done": 1}


def test_a_folder_whose_worker_failed_is_taken_in_the_next_night(workspace: Workspace) -> None:
    assert night(workspace, Scripted(raises, done)).counts == {"refused": 1}
    assert night(workspace, Scripted(session(), done)).counts == {"done": 1}


def test_a_folder_still_being_written_is_left_and_counted(workspace: Workspace) -> None:
    report = night(workspace, Scripted(None, done))
    assert (report.unfinished, report.counts) == (1, {})
    assert night(workspace, Scripted(session(), done)).counts == {"done": 1}


def test_a_refused_folder_is_looked_at_again_only_when_it_changes(workspace: Workspace) -> None:
    refused = Refused(reason="media file 1 of 1 is empty", action="copy the recording again")
    assert night(workspace, Scripted(refused, done)).counts == {"refused": 1}
    unchanged = Scripted(session(), done)
    assert night(workspace, unchanged).counts == {"refused": 1}
    assert unchanged.asked == []
    (workspace.root.parent / "inbox" / "Halcyon Freight" / "sound.wav").write_bytes(b"RIFF")
    assert night(workspace, Scripted(session(), done)).counts == {"done": 1}


def test_an_unreadable_consent_store_in_a_worker_stops_the_night(workspace: Workspace) -> None:
    def unreadable(task: Task) -> TaskFailed[Task]:
        return TaskFailed(task, "an unexpected error", "ConsentUnreadable")

    with pytest.raises(ConsentUnreadable):
        night(workspace, Scripted(session(), unreadable))


def test_a_package_that_is_missing_stops_the_night_and_uses_up_no_attempt(workspace: Workspace) -> None:
    def lacking(task: Task) -> TaskFailed[Task]:
        return TaskFailed(task, "an unexpected error", "ModuleNotFoundError")

    with pytest.raises(ConfigurationError, match="offrecord doctor"):
        night(workspace, Scripted(session(), lacking))
    assert night(workspace, Scripted(session(), done)).counts == {"done": 1}


@pytest.mark.parametrize("over", [False, True])
def test_a_full_disk_ends_the_night_and_uses_up_no_attempt(workspace: Workspace, over: bool) -> None:
    def published(task: Task) -> TaskDone[Task, SessionProgress]:
        came = done(task).value
        result = replace(came.result, renditions=(f"{task.session_id}/internal",))
        return TaskDone(task, replace(came, result=result))

    def full(task: Task) -> TaskFailed[Task]:
        return TaskFailed(task, "an unexpected error", "StorageUnavailable")

    night(workspace, Scripted(session(), published))
    out = workspace.out / "2026-11-18-aaaaaaaa" / "internal"
    out.mkdir(parents=True)
    (workspace.root / "terms.toml").write_text('[[terms]]\ntext = "Bluefin"\n')
    before = Registry(workspace.db).states()
    for _ in range(4):
        with pytest.raises(StorageUnavailable, match="make room"):
            night(workspace, Scripted(session(), full), now=NOW + timedelta(hours=48 * over))
    assert Registry(workspace.db).states() == before
    assert out.is_dir() is not over, "nothing stays out longer than its ruling lasts"
    assert night(workspace, Scripted(session(), done)).counts == {"done": 1}


def test_a_folder_that_a_full_disk_does_not_take_is_not_still_being_written(workspace: Workspace) -> None:
    def full(task: Task) -> TaskFailed[Task]:
        return TaskFailed(task, "an unexpected error", "StorageUnavailable")

    with pytest.raises(StorageUnavailable):
        night(workspace, Scripted(full, done))
    assert Registry(workspace.db).entries() == {}


@pytest.mark.parametrize("work", [nightly.ingest_one, nightly.process_one])
@pytest.mark.parametrize("kind", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG, "SQLITE_FULL", "SQLITE_BUSY"])
def test_a_worker_tells_a_full_disk_from_a_fault_of_the_session(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, work: Callable[[Any], Any], kind: int | str
) -> None:
    def fails(*_: object, **__: object) -> None:
        if isinstance(kind, int):
            raise OSError(kind, "x")
        met = sqlite3.OperationalError("x")
        met.sqlite_errorname = kind
        raise OperationalError("", {}, met)

    Registry(workspace.db).take(Path("/inbox/one"), "f", session())
    monkeypatch.setattr(run, "process", fails)
    monkeypatch.setattr(ingest, "ingest", fails)
    with pytest.raises(StorageUnavailable) as caught:
        work(Task(root=workspace.root, now=NOW, session_id="2026-11-18-aaaaaaaa"))
    assert ("no space is left on the disk" in str(caught.value)) == (kind != "SQLITE_BUSY")


def test_the_page_needs_nothing_else_and_names_nobody(workspace: Workspace) -> None:
    night(workspace, Scripted(session(title="Office hours with Halcyon Freight"), lost))
    page = render_page(gather(workspace, now=NOW))
    assert "2026-11-18-aaaaaaaa" in page
    assert "quarantined" in page
    assert "Halcyon" not in page
    assert page.count("<h1>") == 1 and re.findall(r"<td[^>]*>\s*</td>", page) == []
    assert re.findall(r"<th(?![^>]*scope=)", page.replace("<thead>", "")) == []
    assert not any(sign in page for sign in ("<script", "src=", "http://", "https://", "@import", "url("))


def test_the_exit_code_tells_cron_whether_somebody_must_look(workspace: Workspace) -> None:
    assert night(workspace, Scripted(session(), raises)).exit_code == 3
    assert night(workspace, Scripted(session(), done), now=NOW + timedelta(days=2)).exit_code == 0


def test_a_name_that_is_no_utf_8_stops_nobody(workspace: Workspace) -> None:
    inbox = workspace.root.parent / "inbox"
    (inbox / os.fsdecode(b"caf\xe9")).mkdir()
    assert night(workspace, Scripted(lambda task: TaskDone(task, None), done)).unfinished == 2
    empty = Refused(reason="the folder is empty", action="put the recording in, or remove the folder")
    assert night(workspace, Scripted(empty, done)).counts == {"refused": 2}
    again = Scripted(empty, done)
    assert night(workspace, again).counts == {"refused": 2}
    assert again.asked == []


def test_a_refused_folder_that_was_removed_is_forgotten_and_a_session_is_not(workspace: Workspace) -> None:
    inbox = workspace.root.parent / "inbox"
    (inbox / "empty").mkdir()
    outcomes = {"Halcyon Freight": session(), "empty": Refused(reason="the folder is empty", action="remove it")}
    taken_in = Scripted(lambda task: TaskDone(task, outcomes[task.folder.name]), done)
    assert night(workspace, taken_in).counts == {"refused": 1, "done": 1}
    (inbox / "empty").rmdir()
    (inbox / "Halcyon Freight").rename(workspace.root.parent / "elsewhere")
    assert night(workspace, Scripted(None, done)).counts == {"done": 1}


def test_an_inbox_is_the_same_however_it_is_called(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = Refused(reason="the folder is empty", action="remove it")
    night(workspace, Scripted(refused, done))
    monkeypatch.chdir(workspace.root.parent)
    options = nightly.RunOptions(executor=Scripted(refused, done))
    report = nightly.run_night(workspace, inbox=Path("inbox"), options=options, now=NOW, progress=lambda *_: None)
    assert report.counts == {"refused": 1}


def test_what_is_gone_from_the_output_folder_is_made_again(workspace: Workspace) -> None:
    night(workspace, Scripted(session(), published))
    idle = Scripted(None, published)
    night(workspace, idle)
    assert idle.asked == []
    (workspace.out / session().session_id / "internal").rmdir()
    assert gather(workspace, now=NOW).counts == {"waiting": 1}
    again = Scripted(None, published)
    assert night(workspace, again).counts == {"done": 1}
    assert again.asked == [session().session_id]


def test_files_that_lie_in_the_inbox_itself_are_told(workspace: Workspace) -> None:
    inbox = workspace.root.parent / "inbox"
    before = night(workspace, Scripted(None, done)).warnings
    for name in ("Halcyon.pdf", "notes.txt", ".hidden", "Thumbs.db"):
        (inbox / name).touch()
    (warning,) = set(night(workspace, Scripted(None, done)).warnings) - set(before)
    assert warning.startswith("2 files") and "Halcyon" not in warning


def test_without_its_tools_a_night_changes_nothing(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    night(workspace, Scripted(session(), done))
    missing = Tool(name="ffmpeg", version=None, install="apt-get install ffmpeg")
    monkeypatch.setattr(tools, "tools", lambda: (missing,))
    with pytest.raises(ConfigurationError, match="ffmpeg is missing"):
        night(workspace, Scripted(session(), lost), now=NOW + timedelta(days=2))
    assert gather(workspace, now=NOW).counts == {"done": 1}
