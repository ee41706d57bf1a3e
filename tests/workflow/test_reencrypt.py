"""After somebody had the keys: all is under new data keys, whatever kills it, and the old ones open nothing of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.errors import WorkspaceDamaged
from pipeline.reports.verify import verify_workspace
from pipeline.settings import FILE_NAME
from pipeline.store import Workspace, folder_originals, record_cipher, record_keys, stage_cache, stale_keys
from pipeline.store.registry import Registry
from pipeline.store.stale_keys import StaleKeys
from pipeline.workflow import reencrypt
from tests.database_server import behind
from tests.kill_points import killed_at_each_line
from tests.object_server import ObjectServer
from tests.store.making import session
from tests.vault_files import changed, originals, stored

SOUND, TITLE, SAID = b"what the recording holds" * 1000, "Halcyon Freight's plan", "what was said"
SESSION_ID = "2026-11-18-aaaaaaaa"


@pytest.fixture
def workspace(new_workspace: Callable[[Path], Workspace], tmp_path: Path) -> Workspace:
    return filled(new_workspace(tmp_path / "ws"), tmp_path)


def filled(workspace: Workspace, folder: Path) -> Workspace:
    (folder / "sound").write_bytes(SOUND)
    digest = workspace.vault.seal(folder / "sound", kind="media").digest
    workspace.stages.put("speech", "k", SAID)
    Registry(workspace.db).take(Path("/inbox/1"), "1", session(SESSION_ID, digest, title=TITLE))
    return workspace


def told(workspace: Workspace, code: int = 0) -> dict[str, object]:
    done = CliRunner().invoke(main, ["keys", "reencrypt", "--json", "-w", str(workspace.root)])
    assert done.exit_code == code, done.output
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def holds_all(root: Path) -> bool:
    opened = Workspace.open(root)
    titles = [Registry(opened.db).session(SESSION_ID).title]
    kept = [*originals(root).values()], opened.stages.get("speech", "k", str), titles
    return kept == ([SOUND], SAID, [TITLE])


def with_old_keys(workspace: Workspace, old: Path, target: Path) -> Workspace:
    """What a thief has who took ``keys/`` before, and everything else after."""
    shutil.copytree(workspace.root, target)
    shutil.rmtree(target / "keys")
    shutil.copytree(old, target / "keys")
    return Workspace(target, workspace.settings)


def test_the_keys_of_before_open_nothing_that_is_there_after(workspace: Workspace, tmp_path: Path) -> None:
    shutil.copytree(workspace.root / "keys", tmp_path / "stolen")
    (digest,) = workspace.vault.digests()
    answer = told(workspace)
    assert (answer["originals"], answer["stage_results"], answer["records"], answer["damaged"]) == (1, 1, 1, [])
    assert holds_all(workspace.root)
    assert [check for check in verify_workspace(Workspace.open(workspace.root)) if not check.ok] == []
    thief = with_old_keys(workspace, tmp_path / "stolen", tmp_path / "thief")
    assert not thief.vault.opens(digest)
    assert thief.stages.get("speech", "k", str) is None
    with pytest.raises(WorkspaceDamaged), behind(thief) as connection:
        body = connection.exec_driver_sql("SELECT body FROM session").scalar_one()
        record_cipher.of(thief.db).open(body)
    assert not list((workspace.root / "vault").rglob("*waiting*"))


def test_it_may_be_killed_at_every_line(workspace: Workspace) -> None:
    modules = [reencrypt, folder_originals, stale_keys, stage_cache, record_keys]
    kills = 0
    for _ in killed_at_each_line(lambda: reencrypt.reencrypt(Workspace.open(workspace.root)), modules):
        kills += 1
        assert holds_all(workspace.root), kills
    assert kills > 30
    assert not StaleKeys(workspace.vault.keys).has_begun
    assert holds_all(workspace.root)
    assert list((workspace.root / "vault").rglob("*waiting*")) == []


def test_an_original_that_does_not_open_is_named_and_stays(workspace: Workspace) -> None:
    (digest,) = workspace.vault.digests()
    changed(stored(workspace.vault, digest))
    before = stored(workspace.vault, digest).read_bytes()
    assert told(workspace, code=8)["damaged"] == [digest]
    assert stored(workspace.vault, digest).read_bytes() == before
    assert told(workspace, code=8)["stage_results"] == 1, "the next time begins with everything again"


def test_an_original_is_read_while_another_process_encrypts_it_again(workspace: Workspace) -> None:
    (digest,) = workspace.vault.digests()
    reading = Workspace.open(workspace.root)
    with suppress(StopIteration):
        pieces = reading.vault.content(digest)
        first = next(pieces)
    told(workspace)
    assert first + b"".join(pieces) == SOUND, "what was begun goes on"
    assert b"".join(reading.vault.content(digest)) == SOUND
    assert reading.stages.get("speech", "k", str) == SAID


def test_erasing_takes_what_waits_with_it(workspace: Workspace) -> None:
    (digest,) = workspace.vault.digests()
    waiting = stored(workspace.vault, digest).with_name(f"{digest}.sealed#waiting")
    waiting.write_bytes(b"left by a kill")
    workspace.vault.erase(digest)
    assert not waiting.exists() and not workspace.vault.has_trace(digest)


def test_in_a_bucket_the_old_objects_go(
    new_workspace: Callable[[Path], Workspace], object_storage: ObjectServer, tmp_path: Path
) -> None:
    made, bucket = new_workspace(tmp_path / "ws"), object_storage.new_bucket()
    with (made.root / FILE_NAME).open("a", encoding="utf-8") as lines:
        lines.write(object_storage.lines(bucket))
    workspace = filled(Workspace.open(made.root), tmp_path)
    before = set(object_storage.blobs(bucket))
    told(workspace)
    after = set(object_storage.blobs(bucket))
    assert len(after) == len(before) and len(before & after) == 1, "the mark alone has its name still"
    assert holds_all(workspace.root) and workspace.vault.files().unknown_blobs == 0
