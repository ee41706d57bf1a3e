"""What everybody who calls a command meets: help, tables, and errors of the system as one line and a code."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from sqlalchemy.exc import OperationalError

from pipeline.cli import _COMMANDS, main
from pipeline.cli.common import Group, emit
from pipeline.cli.nightly import EXECUTOR_NAMES
from pipeline.cli.progress import shown_progress
from pipeline.cli.report_lines import print_lines, print_report
from pipeline.errors import ConsentUnreadable, TryAgain, WorkspaceDamaged
from pipeline.executors import EXECUTORS, RAY
from pipeline.media import tools
from pipeline.reports import doctor
from pipeline.reports.morning_report import MorningReport, ReportLine
from pipeline.store import Workspace, database, sqlite


def test_the_help_names_every_command_and_loads_none() -> None:
    code = (
        "import sys; from pipeline.cli import main; main(['--help'], standalone_mode=False);"
        "assert not {'sqlalchemy', 'rich', 'numpy'} & sys.modules.keys(), 'help is slow'"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.partition("Commands:")[2].splitlines() if line] == sorted(_COMMANDS)
    assert all(text.endswith(".") and text in " ".join(done.stdout.split()) for _, text in _COMMANDS.values())


_ONLY_FOR_DOING = {"sqlalchemy", "pydantic", "rich.progress", "numpy", "jinja2", "pebble"}


def test_no_module_of_commands_loads_what_only_doing_something_needs() -> None:
    """A command imports what it does when it does it."""
    modules = ", ".join(f"pipeline.cli.{module}" for module in sorted({module for module, _ in _COMMANDS.values()}))
    code = f"import sys, {modules}; print({_ONLY_FOR_DOING} & sys.modules.keys() or 'none')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "none\n"


@pytest.mark.parametrize("words", [["consent", "withdraw", "--help"], ["status", "--wrong"]])
def test_help_and_wrong_usage_come_at_once(words: list[str]) -> None:
    code = (
        f"import sys; from pipeline.cli import main\ntry: main({words})\n"
        f"finally: print({_ONLY_FOR_DOING} & sys.modules.keys() or 'none')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == (2 if "--wrong" in words else 0)
    assert done.stdout.endswith("none\n")


def test_the_executors_that_can_be_named_are_those_there_are() -> None:
    assert set(EXECUTOR_NAMES) == {*EXECUTORS, RAY}


def refusing(error: BaseException) -> click.Group:
    @click.group(cls=Group)
    def group() -> None: ...

    @group.command()
    def act() -> None:
        raise error

    return group


@pytest.mark.parametrize("session", ["/etc/passwd", "../../secrets", "x" * 5000, "a\nb", ".", ""])
@pytest.mark.parametrize("command", ["show", "holds", "interactive", "sign-off"])
def test_a_session_that_is_no_name_is_none_that_was_processed(tmp_path: Path, command: str, session: str) -> None:
    opened = Workspace.create(tmp_path / "ws")
    by = ["--by", "ana"] if command in {"interactive", "sign-off"} else []
    done = CliRunner().invoke(main, ["review", command, *by, "-w", str(opened.root), "--", session])
    assert done.exit_code == 2 or (command, session) == ("interactive", "")
    assert done.exception is None or isinstance(done.exception, SystemExit)


def test_an_argument_that_is_no_text_is_named(tmp_path: Path) -> None:
    opened = Workspace.create(tmp_path / "ws")
    words = ["consent", "verify-withdrawal", "caf\udce9@x.example", "-w", str(opened.root)]
    done = CliRunner().invoke(main, words)
    assert (done.exit_code, done.output) == (
        2,
        "offrecord: an argument is not UTF-8 text; type it in a terminal that uses UTF-8\n",
    )


@pytest.mark.parametrize(
    ("number", "code", "says"),
    [(errno.ENOSPC, 75, "no space"), (errno.EACCES, 4, "may not"), (errno.EROFS, 4, "may not")],
)
def test_what_the_system_refuses_is_one_line_without_a_file_name(number: int, code: int, says: str) -> None:
    done = CliRunner().invoke(refusing(OSError(number, os.strerror(number), "/srv/Halcyon")), ["act"])
    assert (done.exit_code, done.output.count("\n")) == (code, 1)
    assert says in done.output and "Halcyon" not in done.output


def test_an_error_of_the_system_that_nobody_foresaw_stays_one() -> None:
    assert isinstance(CliRunner().invoke(refusing(OSError(errno.EIO, "x")), ["act"]).exception, OSError)


def test_no_cell_is_blank_and_no_key_is_raw(capsys: pytest.CaptureFixture[str]) -> None:
    emit([{"on_file": None, "is_it": True, "score": 0.5, "rules": [], "text": "[bold]"}], False)
    emit({"on_file": 0, "unread": []}, False)
    emit([], False)
    said = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert said[:2] == [["on", "file", "is", "it", "score", "rules", "text"], ["–", "yes", "0.50", "–", "[bold]"]]
    assert said[2:] == [["on", "file", "0"], ["unread", "–"], ["none"]]


def test_the_doctor_tells_what_to_do_only_where_something_is_to_be_done(
    tmp_path: Path, new_workspace: Callable[[Path], Workspace], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = new_workspace(tmp_path / "ws")
    monkeypatch.setattr(tools, "reader", lambda: tools.Tool(name="tesseract", version=None, install="x"))
    found = {check.what: check for check in doctor.examine(workspace)}
    assert all(bool(one.action) is not one.ok for one in found.values())
    assert not found["tesseract"].ok and found["tesseract"].found == ""


def test_a_workspace_is_closed_to_others_also_in_a_folder_that_was_open(tmp_path: Path) -> None:
    root = tmp_path / "a folder with spaces"
    root.mkdir(mode=0o755)
    before = os.umask(0)
    try:
        done = CliRunner().invoke(main, ["init", str(root)])
    finally:
        os.umask(before)
    assert done.exit_code == 0 and f"--workspace '{root}'" in done.output
    assert stat.S_IMODE(root.stat().st_mode) == 0o700
    assert stat.S_IMODE((root / "offrecord.db").stat().st_mode) == 0o600


def test_folders_that_a_backup_left_out_are_made_again(
    tmp_path: Path, new_workspace: Callable[[Path], Workspace]
) -> None:
    root = new_workspace(tmp_path / "ws").root
    for name in ("out", "scratch", "reports", "withdrawn", "log"):
        (root / name).rmdir()
    assert CliRunner().invoke(main, ["report", "-w", str(root)]).exit_code == 0
    assert (root / "reports" / "report.html").is_file()


@pytest.mark.parametrize(
    ("name", "kind"), [("SQLITE_FULL", TryAgain), ("SQLITE_BUSY", TryAgain), ("SQLITE_CORRUPT", WorkspaceDamaged)]
)
def test_a_full_disk_is_no_damage(
    tmp_path: Path,
    new_workspace: Callable[[Path], Workspace],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    kind: type[Exception],
) -> None:
    met = sqlite3.OperationalError("x")
    met.sqlite_errorname = name
    workspace = new_workspace(tmp_path / "ws")

    def fails(_: object) -> None:
        raise OperationalError("", {}, met)

    with pytest.raises(TryAgain if kind is TryAgain else ConsentUnreadable), database.unreadable_is_closed():
        fails(None)
    monkeypatch.setattr(database, "reading", fails)
    with pytest.raises(kind):
        database.migrate(workspace.db)


def test_an_old_variable_is_one_line_on_standard_error(
    tmp_path: Path, new_workspace: Callable[[Path], Workspace], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = new_workspace(tmp_path / "ws").root
    monkeypatch.setenv("OFFRECORD_RUN__SETTLE_S", "0")
    done = CliRunner().invoke(main, ["status", "--json", "-w", str(root)])
    assert (done.exit_code, done.stdout) == (0, "[]\n")
    assert done.stderr == "offrecord: OFFRECORD_RUN__SETTLE_S is now OFFRECORD_RUN__STABLE_FOR_S: rename it\n"
    monkeypatch.delenv("OFFRECORD_RUN__SETTLE_S")
    (root / "offrecord.toml").write_text("[redact]\njoin_s = 0.3\n")
    done = CliRunner().invoke(main, ["status", "-w", str(root)])
    assert done.exit_code == 4
    said = "offrecord: offrecord.toml: redact.join_s is now redact.merge_gap_s; see docs/settings.md\n"
    assert done.stderr == said


@pytest.mark.parametrize(
    ("words", "new"),
    [
        ("review go", "`review interactive`"),
        ("review approve-weaker s1 --audience internal", "`review approve-exposure`"),
        ("review still s1 --at 1 --out x.png", "`review frame`"),
        ("consent published a --to b --by c", "`consent record-copy`"),
        ("consent org --name x", "`consent agreement`"),
        ("run --again", "--retry-failed"),
        ("review frame s1 --at 1 --out x.png --under", "--outline"),
        ("review decide s1 p1 --redact --everywhere --by a --reason b", "--all-sessions"),
    ],
)
def test_an_old_name_of_a_command_is_a_usage_error_that_names_the_new_one(words: str, new: str) -> None:
    done = CliRunner().invoke(main, [*words.split(), "-w", "nowhere"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert new in done.stderr and done.stderr.count("\n") == 1


def test_a_held_database_is_one_line_and_75(
    tmp_path: Path, new_workspace: Callable[[Path], Workspace], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = new_workspace(tmp_path / "ws").root
    connect = sqlite._prepare

    def impatient(connection: Any, record: Any) -> None:
        connection.execute("PRAGMA busy_timeout=10")
        connect(connection, record)

    monkeypatch.setattr(sqlite, "_prepare", impatient)
    with closing(sqlite3.connect(root / "offrecord.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        ended = CliRunner().invoke(main, ["run", "-w", str(root)])
    assert ended.exit_code == 75 and len(ended.stderr.splitlines()) == 1
    assert "another command holds it" in ended.stderr


def test_a_night_in_which_nothing_changed_says_so(
    tmp_path: Path, new_workspace: Callable[[Path], Workspace], capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = new_workspace(tmp_path / "ws")
    made_at = datetime(2026, 11, 23, tzinfo=UTC)
    line = ReportLine(id="2026-11-18-a", status="done", reason="published", action="")
    report = MorningReport(made_at=made_at, version="1", counts={"done": 1}, unfinished=0, lines=(line,))
    print_report(report, workspace, False)
    assert capsys.readouterr().out.startswith("nothing changed, and nothing waits for a person\n\n1 done\n")


def test_everything_that_a_command_lacks_is_said_at_once() -> None:
    done = CliRunner().invoke(main, ["review", "decide", "--reason", "x", "--keep"])
    assert done.exit_code == 2
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("Error")]
    assert line == "Error: Missing argument 'SESSION', option '--workspace' / '-w', option '--by'."
    done = CliRunner().invoke(main, ["export", "vcon", "s1"])
    assert "Missing option '--workspace' / '-w'." in done.stderr


def test_a_session_is_some_lines_that_fit_any_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    identity, command = "2026-11-18-aaaaaaaa", f"`offrecord consent show /srv/{'office-hours/' * 9} now`"
    line = ReportLine(
        id=identity,
        name="Wed 18 Nov, 15:00, Zoom, Lumen Labs, 31 min",
        status="held",
        reason="it is not known whether they were notified of the recording " * 3,
        action=f"say in session.toml whether everybody was told, or {command}",
    )
    print_lines([line])
    rows = capsys.readouterr().out.splitlines()
    assert rows[0] == f"{identity}  held       {line.name}"
    assert rows[1].startswith("  it is not known")
    assert " ".join(" ".join(rows[1:]).split()) == f"{line.reason}next: {line.action}"
    assert all(len(row) <= 100 or "office-hours" in row for row in rows)


@pytest.mark.parametrize(("quiet", "lines", "said"), [(False, True, True), (True, True, False), (False, False, False)])
def test_progress_is_a_line_for_each_task_where_no_terminal_is(
    quiet: bool, lines: bool, said: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    with shown_progress(quiet=quiet, lines=lines) as progress:
        progress("process", 0, 2)
        progress("process", 1, 2)
    shown = capsys.readouterr()
    assert shown.out == "" and shown.err.splitlines() == (["process   1 of 2"] if said else [])
