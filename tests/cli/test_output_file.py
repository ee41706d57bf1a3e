"""What a command writes goes to a file, and to nothing that a renamed file would put an end to."""

from __future__ import annotations

import ast
import errno
import inspect
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.cli.known_errors import known_error
from pipeline.cli.output_file import OutputFile, OutputFolder
from pipeline.errors import UsageProblem
from pipeline.store import Workspace
from pipeline.store import workspace as workspace_module


@pytest.fixture
def opened(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "ws")


def exported(opened: Workspace, place: object) -> Result:
    return CliRunner().invoke(main, ["consent", "export", str(place), "-w", str(opened.root)])


@pytest.mark.parametrize(
    "name", ["offrecord.db", "terms.toml", "heads", "customers.toml", "cues.toml", "out/log.jsonl", "keys/copy"]
)
def test_no_command_writes_into_a_workspace(opened: Workspace, name: str) -> None:
    place = opened.root / name
    before = place.read_bytes() if place.exists() else None
    done = exported(opened, place)
    assert done.exit_code == 2 and "part of a workspace" in done.output
    assert (place.read_bytes() if place.exists() else None) == before


def test_a_link_into_a_workspace_leads_there_too(opened: Workspace, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").symlink_to(opened.root / "out")
    assert exported(opened, tmp_path / "elsewhere" / "log.jsonl").exit_code == 2


def test_a_pipe_stays_a_pipe(opened: Workspace, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    done = exported(opened, tmp_path / "pipe")
    assert done.exit_code == 2 and "a pipe" in done.output
    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("nowhere/log.jsonl", "folder does not exist"),
        ("", "no name"),
        ("-", "no name"),
        (".", "folder"),
        ("x" * 300, "too long"),
    ],
)
def test_a_place_where_nothing_can_be_is_a_line_that_says_so(
    opened: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = exported(opened, name)
    assert done.exit_code == 2 and says in done.output
    assert not (tmp_path / "-").exists()


def test_a_folder_without_the_right_to_write_is_said_before_anything_is_done(
    opened: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An export of requests notes to whom a file goes before it writes it, and said that it may be tried again."""
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    done = CliRunner().invoke(main, ["export", "requests", "-o", str(tmp_path / "x.csv"), "-w", str(opened.root)])
    assert done.exit_code == 2 and "may not write" in done.output
    assert opened.artefacts.copies() == []


def test_a_new_file_beside_the_settings_may_be_written(opened: Workspace) -> None:
    assert exported(opened, opened.root / "consent.jsonl").exit_code == 0


@pytest.mark.parametrize("words", [["consent", "receipt", "--email", "a@x.example"], ["consent", "draft-form"]])
def test_every_output_is_checked_before_anything_is_done(opened: Workspace, tmp_path: Path, words: list[str]) -> None:
    table = tmp_path / "answers.csv"
    table.write_text("Timestamp,Email Address\n")
    rest = [str(table)] if words[-1] == "draft-form" else ["-w", str(opened.root)]
    done = CliRunner().invoke(main, [*words, *rest, "-o", str(tmp_path / "nowhere" / "out")])
    assert done.exit_code == 2 and "folder does not exist" in done.output


@pytest.mark.parametrize("words", [["status"], ["doctor"], ["config", "show"], ["status", "--json"]])
def test_a_reader_that_closes_the_output_is_no_error(opened: Workspace, words: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-c", "from pipeline.cli import main; main()", *words, "-w", str(opened.root)]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_reader_that_closes_the_output_changes_no_exit_code() -> None:
    read, write = os.pipe()
    os.close(read)
    words = (
        "from pipeline.cli import main; import pipeline.reports.doctor as d\n"
        "d.examine = lambda _: [d.Requirement(what='x', ok=False, found='y')]; main()"
    )
    done = subprocess.run([sys.executable, "-c", words, "doctor"], stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (4, b"")


def test_another_pipe_that_breaks_is_an_error(tmp_path: Path) -> None:
    words = (
        "from pipeline.cli import main; import pipeline.reports.doctor as d\n"
        "def examine(_): raise BrokenPipeError(32, 'Broken pipe')\n"
        "d.examine = examine; main()"
    )
    done = subprocess.run([sys.executable, "-c", words, "doctor"], capture_output=True, cwd=tmp_path, check=False)
    assert done.returncode != 0


def test_a_terminal_of_another_encoding_gets_escapes(opened: Workspace) -> None:
    command = [sys.executable, "-c", "from pipeline.cli import main; main()", "doctor", "-w", str(opened.root)]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\\u2013" in done.stdout


@pytest.mark.parametrize("words", [["session", "draft"], ["run"]])
@pytest.mark.parametrize("name", ["", "out", "out/2026-11-18-aaaaaaaa/internal", "vault"])
def test_what_a_workspace_made_is_no_recording(opened: Workspace, words: list[str], name: str) -> None:
    folder = opened.root / name
    folder.mkdir(parents=True, exist_ok=True)
    before = sorted(opened.root.rglob("*"))
    done = CliRunner().invoke(main, [*words, str(folder), "-w", str(opened.root)])
    assert done.exit_code == 2 and "part of a workspace" in done.output
    assert sorted(opened.root.rglob("*")) == before


@pytest.mark.parametrize("words", [["session", "draft"], ["init"], ["run"]])
def test_a_path_that_is_too_long_is_a_line(opened: Workspace, words: list[str]) -> None:
    rest = [] if words == ["init"] else ["-w", str(opened.root)]
    done = CliRunner().invoke(main, [*words, "x" * 300, *rest])
    assert done.exit_code == 2 and "unexpected" not in done.output


def test_an_inbox_in_a_workspace_is_an_inbox(opened: Workspace) -> None:
    (opened.root / "inbox" / "a").mkdir(parents=True)
    assert CliRunner().invoke(main, ["run", str(opened.root / "inbox"), "-w", str(opened.root)]).exit_code in (0, 3)


@pytest.mark.parametrize("name", ["out/x", "new", "inbox/new"])
def test_no_workspace_is_made_in_another(opened: Workspace, name: str) -> None:
    done = CliRunner().invoke(main, ["init", str(opened.root / name)])
    assert done.exit_code == 2 and "in a workspace" in done.output
    assert not (opened.root / name).exists()


_NOWHERE = [
    ("/proc/x", "no folder can be made there"),
    ("/dev/null", "in its place"),
    ("/dev/null/x", "on the way to it"),
    ("broken", "broken link"),
    ("", "no name of a folder"),
]


@pytest.mark.parametrize(("place", "says"), _NOWHERE)
@pytest.mark.parametrize(
    "words",
    [
        ["init"],
        ["review", "listen", "s1", "--out"],
        ["review", "voices", "s1", "--out"],
        ["export", "clip", "q-1", "-o"],
        ["consent", "code", "find", "s1", "--save"],
    ],
    ids=" ".join,
)
def test_a_folder_that_cannot_be_made_is_said_before_anything_is_done(
    opened: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], place: str, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken").symlink_to("nowhere")
    rest = [] if words == ["init"] else ["-w", str(opened.root)]
    done = CliRunner().invoke(main, [*words, place, *rest])
    assert done.exit_code == 2 and says in done.output


@pytest.mark.parametrize(
    "words", [["consent", "export"], ["backup-key"], ["keys", "export"], ["export", "requests", "-o"]]
)
def test_a_folder_of_the_kernel_takes_no_file(opened: Workspace, words: list[str]) -> None:
    rest = [] if words == ["backup-key"] else ["-w", str(opened.root)]
    done = CliRunner().invoke(main, [*words, "/proc/x", *rest])
    assert done.exit_code == 2 and "no file can be there" in done.output
    assert opened.artefacts.copies() == []


def test_a_disk_that_fills_while_a_workspace_is_made_leaves_the_place_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(workspace_module, "write_bytes", full)
        done = CliRunner().invoke(main, ["init", str(tmp_path / "new")])
    assert done.exit_code == 75 and "space" in done.output
    assert not (tmp_path / "new").exists()
    assert CliRunner().invoke(main, ["init", str(tmp_path / "new")]).exit_code == 0


def test_a_path_of_the_command_that_fails_otherwise_is_a_line_and_other_failures_stay_unexpected(
    tmp_path: Path,
) -> None:
    gone = FileNotFoundError(errno.ENOENT, "No such file or directory", str(tmp_path / "x"))
    known = known_error(gone, ["consent", "export", str(tmp_path / "x")])
    assert isinstance(known, UsageProblem) and str(tmp_path) not in str(known)
    assert isinstance(known_error(gone, [f"--output={tmp_path / 'x'}"]), UsageProblem)
    assert known_error(gone, ["consent", "export", str(tmp_path)]) is None
    assert known_error(gone, []) is None


def _commands(group: click.Group, name: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for sub in group.list_commands(context):
        command = group.get_command(context, sub)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _commands(command, f"{name}{sub} ")
        else:
            yield f"{name}{sub}", command


_PRINTS = {
    *("emit", "echo", "hand_out", "_hand_out", "print_report", "print_lines", "write", "review_interactively"),
    *("walk", "review_one_by_one", "serve_form", "read_lines"),
}


def _called(command: click.Command) -> set[str]:
    """The names of all functions that the body of a command calls."""
    assert command.callback is not None
    tree = ast.parse(inspect.getsource(inspect.unwrap(command.callback)))
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", "") for call in calls}


def test_no_command_ends_without_a_word() -> None:
    assert [name for name, command in _commands(main) if not _called(command) & _PRINTS] == []


def test_every_command_that_writes_a_file_says_which() -> None:
    writers = {
        name: command
        for name, command in _commands(main)
        if any(isinstance(each.type, OutputFile | OutputFolder) for each in command.params) and name != "init"
    }
    assert len(writers) >= 15
    says = {"written", "hand_out", "_hand_out", "back_up", "export_keys"}
    assert [name for name, command in writers.items() if not _called(command) & says] == []


def test_what_was_written_is_said(opened: Workspace, tmp_path: Path) -> None:
    where = ["-w", str(opened.root)]
    for words in (
        ["consent", "export", str(tmp_path / "a.jsonl"), *where],
        ["export", "requests", "-o", str(tmp_path / "b.csv"), *where],
        ["consent", "export-dpv", "--all", "-o", str(tmp_path / "c.json"), *where],
        ["backup-key", str(tmp_path / "d")],
    ):
        done = CliRunner().invoke(main, words)
        place = next(word for word in words if word.startswith(str(tmp_path)))
        assert done.exit_code == 0, done.output
        assert re.search(rf"^wrote {re.escape(place)}(, .*)?$", done.output, re.MULTILINE), done.output
    assert (
        f"{tmp_path / 'b.csv'}.manifest.json"
        in CliRunner().invoke(main, ["export", "requests", "-o", str(tmp_path / "b.csv"), *where]).output
    )
    assert json.loads(CliRunner().invoke(main, ["consent", "export", str(tmp_path / "a"), "--json", *where]).output)
