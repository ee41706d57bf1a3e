"""The keys of originals: encrypted, rotated, checked and copied by command, whatever interrupts it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.errors import WorkspaceDamaged
from pipeline.reports.verify import verify_workspace
from pipeline.store import Workspace, key_encryption, key_ring, record_keys, stage_cache
from pipeline.store.registry import Registry
from pipeline.workflow import vault_keys
from pipeline.workflow.backup import back_up, export_keys, restore, write, write_key
from tests.kill_points import killed_at_each_line
from tests.store.test_record_cipher import FULL
from tests.vault_files import changed, originals, plain_from_now_on, stored

NOW = datetime.now(UTC)
SOUNDS = (b"first", b"second", b"third" * 1000)


@pytest.fixture
def workspace(new_workspace: Callable[[Path], Workspace], tmp_path: Path) -> Workspace:
    return new_workspace(tmp_path / "ws")


@pytest.fixture
def digests(workspace: Workspace, tmp_path: Path) -> list[str]:
    return sealed(workspace, tmp_path)


def sealed(workspace: Workspace, folder: Path) -> list[str]:
    for number, content in enumerate(SOUNDS):
        (folder / str(number)).write_bytes(content)
    return [workspace.vault.seal(folder / str(number), kind="media").digest for number in range(len(SOUNDS))]


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["keys", *map(str, words)])


def told(workspace: Workspace, *words: object, code: int = 0) -> dict[str, object]:
    done = run(*words, "-w", workspace.root, "--json")
    assert done.exit_code == code, done.output
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def holds_all(root: Path) -> bool:
    return sorted(originals(root).values()) == sorted(SOUNDS)


def test_status_counts_files_and_keys(workspace: Workspace, digests: list[str]) -> None:
    status = told(workspace, "status")
    assert (status["encrypted"], status["source"], status["files"], status["data_keys"]) == (True, "workspace", 3, 3)
    assert (status["plain_files"], status["under_other_keys"], status["not_copied"]) == (0, 0, 3)
    plain = plain_from_now_on(Workspace.create(workspace.root.parent / "plain"))
    assert told(plain, "status")["encrypted"] is False


def test_the_originals_of_an_earlier_version_are_encrypted_by_one_command(workspace: Workspace, tmp_path: Path) -> None:
    earlier = plain_from_now_on(workspace)
    sealed(earlier, tmp_path)
    assert told(earlier, "status")["plain_files"] == 3
    assert told(earlier, "encrypt") == {"damaged": [], "encrypted": 3}
    assert told(earlier, "encrypt") == {"damaged": [], "encrypted": 0}
    assert told(earlier, "status")["plain_files"] == 0
    assert holds_all(earlier.root)
    kept = [path.read_bytes() for path in earlier.vault.root.rglob("*") if path.is_file()]
    assert not any(content in SOUNDS for content in kept)
    assert told(earlier, "verify") == {"checked": 3, "keys_without_file": 0, "unopened": [], "unopened_records": []}


def test_a_damaged_plain_original_stays_and_is_named(workspace: Workspace, tmp_path: Path) -> None:
    earlier = plain_from_now_on(workspace)
    first, *_ = sealed(earlier, tmp_path)
    changed(stored(earlier.vault, first))
    assert told(earlier, "encrypt", code=8) == {"damaged": [first], "encrypted": 2}
    assert stored(earlier.vault, first).read_bytes() != b"first"
    assert earlier.vault.damaged() == [first]


def test_encrypting_a_vault_may_be_killed_at_every_line_of_it(workspace: Workspace, tmp_path: Path) -> None:
    earlier, kills = plain_from_now_on(workspace), 0
    sealed(earlier, tmp_path)
    for _ in killed_at_each_line(lambda: vault_keys.encrypt_vault(earlier), [vault_keys, key_encryption]):
        kills += 1
        assert holds_all(earlier.root)
    assert kills > 10
    assert Workspace.open(earlier.root).vault.plain_digests() == []


def test_stage_results_of_an_earlier_version_get_keys_of_their_own_and_stay_whatever_kills_it(
    workspace: Workspace,
) -> None:
    earlier, kills = plain_from_now_on(workspace), 0
    place = earlier.stages.put("speech", "k", "what was said")
    under_workspace_key = place.read_bytes()
    earlier.begin_encryption()
    for _ in killed_at_each_line(lambda: earlier.stages.encrypt_again(place), [stage_cache, key_ring]):
        kills += 1
        opened = Workspace.open(earlier.root)
        assert opened.stages.get("speech", "k", str) == "what was said", kills
        opened.stages.keys.drop(["speech/k.json"])
        place.write_bytes(under_workspace_key)
    assert kills > 20
    assert told(earlier, "encrypt")["encrypted"] == 0
    assert not earlier.stages.encrypt_again(place), "it is done already"
    copy = place.read_bytes()
    earlier.stages.drop(place)
    place.write_bytes(copy)
    assert earlier.stages.get("speech", "k", str) is None, "its key went with it"


def test_a_stage_result_is_not_under_the_key_of_the_workspace_and_is_rotated_with_the_rest(
    workspace: Workspace,
) -> None:
    place = workspace.stages.put("speech", "k", "what was said")
    workspace.stages.put("speech", "k", "what was said then")
    told(workspace, "rotate")
    opened = Workspace.open(workspace.root)
    assert opened.stages.get("speech", "k", str) == "what was said then"
    assert told(workspace, "status")["under_other_keys"] == 0
    plain = plain_from_now_on(workspace)
    assert plain.stages.get("speech", "k", str) is None and place.exists()


def test_a_rotation_writes_no_original_and_leaves_nothing_under_the_old_key(
    workspace: Workspace, digests: list[str]
) -> None:
    files = [stored(workspace.vault, digest).read_bytes() for digest in digests]
    old_id, old_key = told(workspace, "status")["key_id"], (workspace.root / "keys" / "kek").read_bytes()
    rotated = told(workspace, "rotate")
    assert rotated["rewrapped"] == 3 and rotated["key_id"] != old_id
    status = told(workspace, "status")
    assert (status["key_id"], status["under_other_keys"]) == (rotated["key_id"], 0)
    assert [stored(workspace.vault, digest).read_bytes() for digest in digests] == files
    assert holds_all(workspace.root)
    assert not any(path.read_bytes() == old_key for path in (workspace.root / "keys").iterdir())
    assert [check for check in verify_workspace(Workspace.open(workspace.root)) if not check.ok] == []


def test_a_rotation_may_be_killed_at_every_line(
    workspace: Workspace, digests: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_ring, "_AT_ONCE", 1)
    kills = 0
    for _ in killed_at_each_line(
        lambda: vault_keys.rotate_keys(Workspace.open(workspace.root)), [vault_keys, key_ring, key_encryption]
    ):
        kills += 1
        opened = Workspace.open(workspace.root)
        assert opened.vault.unopened() == [] and holds_all(workspace.root), kills
    assert kills > 50
    assert told(workspace, "status")["under_other_keys"] == 0


def test_a_process_that_was_there_before_a_rotation_uses_the_new_key_after_it(
    workspace: Workspace, digests: list[str]
) -> None:
    workspace.stages.put("speech", "before", "said before")
    vault_keys.rotate_keys(Workspace.open(workspace.root))
    workspace.stages.put("speech", "after", "said after")
    assert told(workspace, "status")["under_other_keys"] == 0
    again = Workspace.open(workspace.root)
    assert [again.stages.get("speech", key, str) for key in ("before", "after")] == ["said before", "said after"]
    assert workspace.vault.unopened() == []


def test_what_is_kept_in_the_middle_of_a_rotation_is_wrapped_again(
    workspace: Workspace, digests: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    other, rewrap = Workspace.open(workspace.root), key_ring.KeyRing.rewrap
    late: list[int] = []
    old = other.vault.keys.keks.current()

    def rewrap_and_be_late(ring: key_ring.KeyRing) -> int:
        count = rewrap(ring)
        if not late and ring.path == workspace.stages.keys.path:
            late.append(1)
            with monkeypatch.context() as patch:
                patch.setattr(other.stages.keys.keks, "current", lambda: old)
                other.stages.put("speech", "late", "said late")
        return count

    monkeypatch.setattr(key_ring.KeyRing, "rewrap", rewrap_and_be_late)
    assert vault_keys.rotate_keys(workspace).rewrapped == 4
    assert Workspace.open(workspace.root).stages.get("speech", "late", str) == "said late"


def settings(workspace: Workspace, text: str) -> Workspace:
    (workspace.root / "offrecord.toml").write_text(text, "utf-8")
    return Workspace.open(workspace.root)


def test_the_key_moves_from_source_to_source_with_both_in_force_meanwhile(
    workspace: Workspace, digests: list[str], tmp_path: Path
) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.key").write_bytes(name.encode() * 32)
    moved = settings(workspace, f'[encryption]\nkey = "file:{tmp_path}/a.key"\n')
    assert holds_all(moved.root)
    assert told(moved, "status")["under_other_keys"] == 3
    assert told(moved, "rotate")["rewrapped"] == 3
    assert not (moved.root / "keys" / "kek").exists()
    moved = settings(moved, f'[encryption]\nkey = "command:cat {tmp_path}/b.key"\n')
    assert run("verify", "-w", moved.root).exit_code == 8, "the key before is not named"
    assert run("rotate", "-w", moved.root).exit_code == 8
    both = f'[encryption]\nkey = "command:cat {tmp_path}/b.key"\nprevious_key = "file:{tmp_path}/a.key"\n'
    moved = settings(moved, both)
    assert holds_all(moved.root)
    assert told(moved, "rotate")["rewrapped"] == 3
    (tmp_path / "a.key").unlink()
    assert holds_all(settings(moved, f'[encryption]\nkey = "command:cat {tmp_path}/b.key"\n').root)


def test_verify_names_what_no_key_opens_and_counts_keys_of_no_file(workspace: Workspace, digests: list[str]) -> None:
    first, second, third = digests
    workspace.vault.keys.drop([first])
    changed(stored(workspace.vault, second), 60)
    stored(workspace.vault, third).unlink()
    checked = told(workspace, "verify", code=8)
    assert (checked["unopened"], checked["keys_without_file"]) == (sorted([first, second]), 1)
    failed = {check.what for check in verify_workspace(Workspace.open(workspace.root)) if not check.ok}
    assert failed >= {"vault, without a key", "vault, damaged"}


@pytest.mark.parametrize(("source", "code"), [("file:/nowhere", 4), ("credential:x", 4), ("command:false", 75)])
def test_without_its_key_a_workspace_says_so_and_changes_nothing(
    workspace: Workspace, digests: list[str], source: str, code: int
) -> None:
    moved = settings(workspace, f'[encryption]\nkey = "{source}"\n')
    before = originals_as_stored(moved)
    commands = (["keys", "status"], ["keys", "rotate"], ["keys", "verify"], ["verify"], ["run"])
    for command in commands:
        done = CliRunner().invoke(main, [*command, "-w", str(moved.root)])
        assert done.exit_code == code and done.stderr.count("\n") == 1, done.output
    assert CliRunner().invoke(main, ["doctor", "-w", str(moved.root)]).exit_code == 4
    assert originals_as_stored(moved) == before


def originals_as_stored(workspace: Workspace) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in workspace.vault.root.rglob("*") if path.is_file()}


def test_what_is_exported_restores_the_keys_and_is_counted(
    workspace: Workspace, digests: list[str], tmp_path: Path
) -> None:
    recipient = write_key(tmp_path / "id")
    week = NOW + timedelta(days=8)
    assert vault_keys.copy_warnings(workspace, now=NOW) == ()
    assert "keys of 3 originals" in vault_keys.copy_warnings(workspace, now=week)[0]
    (data,) = back_up(workspace, tmp_path / "data.age", keys=None, recipients=[recipient], originals=True, now=week)
    assert data.keys_not_copied == 3
    done = told(workspace, "export", tmp_path / "keys.age", "--recipient", recipient)
    assert done["contents"] == "keys"
    assert vault_keys.copy_warnings(workspace, now=week) == ()
    new = tmp_path / "new"
    restored = restore(
        tmp_path / "data.age", new, identity=tmp_path / "id", keys=tmp_path / "keys.age", newest_journal=None, now=NOW
    )
    assert holds_all(new) and not any("cannot be opened" in line for line in restored.warnings)


def test_a_record_without_its_key_is_named_and_one_in_no_copy_is_warned_of(workspace: Workspace) -> None:
    Registry(workspace.db).take(Path("/inbox/one"), "f1", FULL)
    (line,) = vault_keys.copy_warnings(workspace, now=NOW + timedelta(days=8))
    assert "keys of 0 originals and 1 session record are" in line
    assert told(workspace, "verify")["unopened_records"] == []
    workspace.records.keys.drop(workspace.records.keys.owners())
    assert told(workspace, "verify", code=8)["unopened_records"] == [FULL.session_id]


def test_a_restore_of_what_was_erased_since_says_so_and_keeps_the_session(workspace: Workspace, tmp_path: Path) -> None:
    recipient, records = write_key(tmp_path / "id"), Registry(workspace.db)
    records.take(Path("/inbox/one"), "f1", FULL)
    back_up(workspace, tmp_path / "data.age", keys=None, recipients=[recipient], originals=True, now=NOW)
    records.rewrite_erased(replace(FULL, title="", captions=()))
    record_keys.drop_unused(workspace.db)
    restored = restore(
        tmp_path / "data.age", workspace.root, identity=tmp_path / "id", keys=None, newest_journal=None, now=NOW
    )
    assert [line for line in restored.warnings if FULL.session_id in line and "cannot be opened" in line]
    textless = replace(FULL, title="", captions=(), chat=(), notes=())
    assert Registry(Workspace.open(workspace.root).db).session(FULL.session_id) == textless


def test_a_restore_says_which_originals_the_copy_of_the_keys_is_too_old_for(
    workspace: Workspace, tmp_path: Path
) -> None:
    recipient = write_key(tmp_path / "id")
    export_keys(workspace, tmp_path / "keys.age", recipients=[recipient], now=NOW)
    sealed(workspace, tmp_path)
    back_up(workspace, tmp_path / "data.age", keys=None, recipients=[recipient], originals=True, now=NOW)
    restored = restore(
        tmp_path / "data.age",
        tmp_path / "new",
        identity=tmp_path / "id",
        keys=tmp_path / "keys.age",
        newest_journal=None,
        now=NOW,
    )
    assert any("3 originals cannot be opened" in line for line in restored.warnings)
    with_current = restore(
        tmp_path / "data.age", workspace.root, identity=tmp_path / "id", keys=None, newest_journal=None, now=NOW
    )
    assert not any("cannot be opened" in line for line in with_current.warnings)
    assert holds_all(workspace.root)


def test_an_export_of_keys_does_not_go_into_the_workspace_or_to_nobody(workspace: Workspace, tmp_path: Path) -> None:
    recipient = write_key(tmp_path / "id")
    within = run("export", workspace.root / "k.age", "--recipient", recipient, "-w", workspace.root)
    assert within.exit_code == 2
    assert run("export", tmp_path / "k.age", "-w", workspace.root).exit_code == 4
    assert run("rotate", "-w", plain_from_now_on(workspace).root).exit_code == 4


def test_a_result_is_never_kept_under_the_key_of_the_workspace_for_want_of_its_own(workspace: Workspace) -> None:
    workspace.stages.keys.path.unlink()  # while the review app has it open
    with pytest.raises(WorkspaceDamaged, match="keys of the vault are missing"):
        workspace.stages.put("speech", "a", ("said",))
    assert list(workspace.stages.files()) == []


def test_nobody_changes_the_keys_while_they_are_copied(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied, refused = write._keys, list[str]()

    def while_another_writes(opened: Workspace, add: Callable[[str, Path], None]) -> None:
        for ring in opened.key_rings:
            with closing(sqlite3.connect(ring.path, timeout=0)) as other, pytest.raises(sqlite3.OperationalError):
                other.execute("BEGIN IMMEDIATE")
            refused.append(ring.path.name)
        copied(opened, add)

    monkeypatch.setattr(write, "_keys", while_another_writes)
    export_keys(workspace, tmp_path / "keys.age", recipients=[write_key(tmp_path / "age")], now=NOW)
    assert refused == ["data_keys.db", "stage_keys.db", "record_keys.db"]
    workspace.stages.put("speech", "a", ("said",))


@pytest.mark.parametrize("name", ["kek", "kek.next"])
def test_nothing_is_wrapped_under_a_key_that_is_cut_off(
    workspace: Workspace, digests: list[str], name: str, tmp_path: Path
) -> None:
    (workspace.root / "keys" / name).write_bytes(b"")
    (tmp_path / "new").write_bytes(b"new")
    with pytest.raises(WorkspaceDamaged, match=f"keys/{name} is not whole"):
        Workspace.open(workspace.root).vault.seal(tmp_path / "new", kind="media")
