"""The durable form of the log: out and in again, into the same workspace and into others, and never changed."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline import consent
from pipeline.cli import main
from pipeline.consent.answers.importer import import_answers
from pipeline.consent.log.events import sha256
from pipeline.consent.staff.withdraw import withdraw
from pipeline.consent.transfer import log_import
from pipeline.consent.transfer.log_export import export_log
from pipeline.consent.transfer.log_import import ImportedLog, import_log
from pipeline.errors import ConsentUnreadable, InputRefused, UsageProblem
from pipeline.records import Purpose, Ruling
from pipeline.reports.verify import verify_workspace
from pipeline.store import Workspace
from tests.consent.conftest import ALL_NO, NOW, Files, form_text, person, row, session
from tests.consent.tables import bodies, kept_rows, rows_on_file

ROWS = (row("ana@a.example", name="Ana Unmistakable", discord="987654321987"), row("bo@b.example", ALL_NO))
Change = Callable[[bytes], bytes]


@pytest.fixture
def exported(workspace: Workspace, file_answers: Files, tmp_path: Path) -> Path:
    file_answers(*ROWS)
    withdraw(
        "ana@a.example",
        purposes=[Purpose.PUBLIC_RECORDING],
        session_id=None,
        actor="sam",
        reason="by mail",
        workspace=workspace,
        now=NOW,
    )
    done = export_log(tmp_path / "consent.jsonl", workspace=workspace)
    assert (done.events, done.people, done.notices, done.head) == (11, 2, 1, consent.verify_chain(workspace))
    return tmp_path / "consent.jsonl"


@pytest.fixture
def other(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "other")


def same_key(workspace: Workspace, other: Workspace) -> None:
    (other.root / "keys" / "identity").write_bytes(workspace.key("identity"))


def outcomes(workspace: Workspace) -> list[tuple[str, str]]:
    ruled = consent.rule(session(person(1, "ana@a.example"), person(2, "bo@b.example")), workspace=workspace, now=NOW)
    assert isinstance(ruled, Ruling)
    return [(cell.outcome, cell.rule_id) for cell in ruled.cells]


def counts(done: ImportedLog) -> tuple[int, int, int, int]:
    return done.events, done.on_file, done.people, done.notices


def brought(exported: Path, workspace: Workspace, *, key: Path | None = None) -> ImportedLog:
    return import_log(exported, workspace=workspace, now=NOW, key=key)


def test_each_line_is_an_event_with_what_it_stands_on(exported: Path, workspace: Workspace) -> None:
    lines = [json.loads(line) for line in exported.read_text("utf-8").splitlines()]
    beside = ["served"] * 2 + ["withdrawal"]
    assert [line["type"] for line in lines] == ["notice", "person", "person", *["event"] * 11, *beside, "manifest"]
    first = next(line for line in lines if line["type"] == "event")
    assert first["notice_version"] == "office-hours@1"
    assert {alias.partition(":")[0] for alias in first["aliases"]} == {"email", "platform", "display_name"}
    source, _, line = first["evidence"][1].partition(":")
    assert (source, int(line), first["evidence"][2]) in kept_rows(workspace)
    assert len({line["record_id"] for line in lines if line["type"] == "event"}) == 3
    assert (lines[-1]["events"], lines[-1]["beside"], lines[-1]["head"]) == (11, 3, lines[13]["hash"])
    assert exported.stat().st_mode & 0o777 == 0o600


def test_nobody_stands_in_it(exported: Path) -> None:
    content = exported.read_bytes().lower()
    assert not any(secret in content for secret in (b"unmistakable", b"a.example", b"987654321987", b"by mail"))


def test_importing_it_again_adds_nothing(exported: Path, workspace: Workspace) -> None:
    before = rows_on_file(workspace)[:-1]
    assert counts(brought(exported, workspace)) == (0, 11, 0, 0)
    assert rows_on_file(workspace)[:-1] == before


def test_an_empty_log_of_the_same_key_gets_the_same_chain(
    exported: Path, workspace: Workspace, other: Workspace
) -> None:
    same_key(workspace, other)
    assert counts(brought(exported, other)) == (11, 0, 2, 1)
    assert consent.verify_chain(other) == consent.verify_chain(workspace)
    assert outcomes(other) == outcomes(workspace)
    assert brought(exported, other).events == 0


def test_another_key_is_refused_without_that_key(exported: Path, other: Workspace) -> None:
    before = rows_on_file(other)
    with pytest.raises(InputRefused, match="another workspace's identity key"):
        brought(exported, other)
    with pytest.raises(UsageProblem, match="not an identity key"):
        brought(exported, other, key=exported)
    assert rows_on_file(other) == before


def test_with_that_key_people_are_matched_here_too(exported: Path, workspace: Workspace, other: Workspace) -> None:
    key = workspace.root / "keys" / "identity"
    assert brought(exported, other, key=key).events == 11
    assert outcomes(other) == outcomes(workspace)
    assert counts(brought(exported, other, key=key)) == (0, 11, 0, 0)


def test_a_log_that_has_grown_takes_what_it_lacks(
    exported: Path, workspace: Workspace, other: Workspace, tmp_path: Path
) -> None:
    same_key(workspace, other)
    brought(exported, other)
    (tmp_path / "form.toml").write_text(form_text(), "utf-8")
    (tmp_path / "late.csv").write_text((tmp_path / "answers.csv").read_text().replace("bo@b.example", "cy@c.example"))
    import_answers(tmp_path / "late.csv", tmp_path / "form.toml", workspace=workspace, now=NOW)
    export_log(exported, workspace=workspace)
    assert counts(brought(exported, other)) == (5, 11, 1, 0)
    consent.verify_chain(other)


@pytest.mark.parametrize("place", range(0, 100, 7))
def test_one_changed_byte_is_refused(place: int, exported: Path, workspace: Workspace) -> None:
    before, content = rows_on_file(workspace), bytearray(exported.read_bytes())
    content[len(content) * place // 100] ^= 1 + secrets.randbelow(255)
    exported.write_bytes(content)
    with pytest.raises(InputRefused) as caught:
        brought(exported, workspace)
    assert caught.value.code == 9
    assert rows_on_file(workspace) == before


def resealed(content: bytes) -> bytes:
    """A file whose counts and digest fit again, as somebody without the key could make it."""
    before, _, last = content.rstrip(b"\n").rpartition(b"\n")
    manifest = json.loads(last) | {"sha256": sha256(before.decode() + "\n")}
    return before + b"\n" + json.dumps(manifest, sort_keys=True, separators=(",", ":")).encode() + b"\n"


@pytest.mark.parametrize(
    "change",
    [
        lambda content: resealed(content.replace(b'"refused"', b'"given"', 1)),
        lambda content: resealed(content.replace(b"email_link", b"staff")),
        lambda content: content[:-1],
        lambda content: content + b"\n",
        lambda content: content.rpartition(b'{"beside"')[0],
        lambda content: content + content,
        lambda content: b"",
        lambda content: b"[]\n",
        lambda content: b'{"type":["event"]}\n',
        lambda content: b"[" * 100_000 + b"\n",
        lambda content: content.replace(b'","', b'", "'),
        lambda content: content.replace(b"offrecord-consent-2", b"offrecord-consent-1"),
    ],
)
def test_what_was_changed_or_cut_is_refused(change: Change, exported: Path, workspace: Workspace) -> None:
    exported.write_bytes(change(exported.read_bytes()))
    with pytest.raises(InputRefused):
        brought(exported, workspace)


def test_a_broken_chain_is_refused_even_when_vouched_for(
    exported: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_import, "_check_manifest", lambda *_: None)
    exported.write_bytes(exported.read_bytes().replace(b'"refused"', b'"given"', 1))
    with pytest.raises(InputRefused, match=r"line \d+: event \d+ breaks the chain"):
        brought(exported, workspace)


def test_a_log_that_does_not_hold_is_not_exported(exported: Path, workspace: Workspace) -> None:
    (workspace.root / "heads").unlink()
    before = exported.read_bytes()
    with pytest.raises(ConsentUnreadable):
        export_log(exported, workspace=workspace)
    assert exported.read_bytes() == before


def test_what_was_imported_is_kept_row_by_row(exported: Path, workspace: Workspace) -> None:
    brought(exported, workspace)
    assert list(workspace.vault.digests()) == []
    checked = {problem.what: (problem.ok, problem.found) for problem in verify_workspace(workspace)}
    assert checked["answers as filed"] == (True, "2 rows")
    with workspace.db.begin() as connection:
        connection.exec_driver_sql("DELETE FROM consent_answer_row WHERE line = 2")
    assert not all(problem.ok for problem in verify_workspace(workspace))


def test_a_notice_that_says_something_else_here_is_refused(
    exported: Path, workspace: Workspace, other: Workspace
) -> None:
    (exported.parent / "form.toml").write_text(form_text(text='"Something else."'), "utf-8")
    import_answers(exported.parent / "answers.csv", exported.parent / "form.toml", workspace=other, now=NOW)
    before = len(bodies(other))
    with pytest.raises(InputRefused, match="another text or mapping"):
        brought(exported, other, key=workspace.root / "keys" / "identity")
    assert len(bodies(other)) == before


def test_the_commands(exported: Path, workspace: Workspace, other: Workspace) -> None:
    def run(*words: object) -> tuple[int, str]:
        done = CliRunner().invoke(main, ["consent", *map(str, words)])
        return done.exit_code, done.output

    again, key = exported.with_name("again.jsonl"), workspace.root / "keys" / "identity"
    assert run("export", again, "-w", workspace.root)[0] == 0
    assert again.read_bytes() == exported.read_bytes()
    assert run("import", again, "-w", other.root)[0] == 9
    code, said = run("import", again, "--key", key, "-w", other.root, "--json")
    assert (code, json.loads(said)["events"]) == (0, 11)
    assert run("import", again, "--key", key, "--form", again, "-w", other.root)[0] == 2


@pytest.mark.parametrize("content", ["", "Timestamp,Email\n2026-11-20,ana@a.example\n", "PK\x03\x04"])
def test_a_table_without_its_form_is_told_to_name_it(tmp_path: Path, workspace: Workspace, content: str) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(content, "utf-8")
    with pytest.raises(InputRefused, match="give --form for a table"):
        import_log(path, workspace=workspace, now=NOW)
