"""Copies of what is published in a bucket: restored byte for byte, and never against a withdrawal or an erasure."""

from __future__ import annotations

import json
import shutil
import tarfile
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.errors import ConfigurationError, RunFenced, StorageUnavailable
from pipeline.files import file_digest
from pipeline.proof import MANIFEST
from pipeline.records import Audience
from pipeline.render.rendition import recall
from pipeline.reports.verify import verify_workspace
from pipeline.settings.storage import StorageSettings, StoredKind
from pipeline.store import Workspace, releases, rendition_copies, terms, unkept_blobs
from pipeline.store.blobs import owned
from pipeline.store.blobs.folder import FolderBlobs
from pipeline.store.rendition_copies import RenditionCopies
from pipeline.workflow import copied_renditions, restore_renditions
from pipeline.workflow.copied_renditions import copied, copy_missing
from pipeline.workflow.erasure import leftovers_of
from pipeline.workflow.reencrypt import reencrypt
from pipeline.workflow.restore_renditions import RestoredRenditions, restore_locked
from pipeline.workflow.storage_copy import copy_storage
from pipeline.workflow.term_lists import require_lists
from tests.fault_proxy import Fault, between
from tests.kill_points import killed_at_each_line
from tests.object_server import ObjectServer
from tests.vault_files import texts
from tests.workflow.erasure.conftest import LATER, Leave, night
from tests.workflow.erasure.test_withdrawal import session_id

KINDS = tuple(StoredKind)
BASE = '[run]\nstable_for_s = 0\n[speech]\nengine = "sphinx"\n[export]\nmin_customers = 1\n'


@pytest.fixture
def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in the place of the bucket: what is forked cannot have obstore's threads."""

    def blobs(_: StorageSettings, kind: StoredKind) -> FolderBlobs:
        return FolderBlobs(tmp_path / "bucket" / kind)

    monkeypatch.setattr(owned, "S3Blobs", blobs)
    return tmp_path / "bucket"


@pytest.fixture
def copying(workspace: Workspace, bucket: Path) -> Workspace:
    """The workspace after a night, with all of its encrypted files in the bucket."""
    return in_bucket(workspace, "".join(f'{kind} = "s3://bucket/team"\n' for kind in KINDS))


def in_bucket(workspace: Workspace, lines: str) -> Workspace:
    (workspace.root / "offrecord.toml").write_text(f"{BASE}[storage]\n{lines.replace('[storage]', '')}", "utf-8")
    moved = Workspace.open(workspace.root)
    done = copy_storage(moved, "bucket", now=LATER)
    assert (done.renditions, done.damaged) == (1, []) and done.stage_results and done.originals
    return moved


def blobs_of(bucket: Path, kind: StoredKind = StoredKind.RENDITIONS) -> set[str]:
    return {path.name for path in (bucket / kind).iterdir() if path.is_file() and path.name != owned.MARK}


def copies_of(workspace: Workspace) -> RenditionCopies:
    assert workspace.rendition_copies is not None
    return workspace.rendition_copies


def restored(workspace: Workspace) -> RestoredRenditions:
    with workspace.locked():
        workspace.sweep()
        return restore_locked(workspace, now=LATER, progress=lambda *_: None)


def lost(workspace: Workspace) -> dict[str, bytes]:
    """Takes out/ away; what was in it."""
    there = texts(workspace.out / session_id(workspace))
    shutil.rmtree(workspace.out)
    workspace.out.mkdir()
    return there


def swept(workspace: Workspace) -> None:
    with workspace.locked():
        workspace.sweep()


def place_of(workspace: Workspace) -> str:
    return f"{session_id(workspace)}/{Audience.INTERNAL}"


def test_over_a_server_what_was_lost_comes_back_and_a_withdrawal_deletes_it(
    workspace: Workspace, object_storage: ObjectServer, leave: Leave, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an operator does it, by the commands, while every third request meets a fault."""

    monkeypatch.setattr("pipeline.cli.storage.now", lambda: LATER)

    def offrecord(*words: str) -> tuple[int, Any]:
        done = CliRunner().invoke(main, [*words, "-w", str(workspace.root), "--json"])
        return done.exit_code, json.loads(done.stdout)

    with between(object_storage) as (proxy, server):
        name = server.new_bucket()
        moved = in_bucket(workspace, server.lines(name, kinds=KINDS))
        assert list((moved.root / "vault").rglob("*.sealed")) == []
        contents = server.blobs(name)
        assert not any(b"falcon" in content or b"Cedar" in content for content in contents.values())
        before = lost(moved)
        faults = iter([Fault.SLOW_DOWN, Fault.LOST, Fault.CUT, Fault.ERROR] * 1000)
        proxy.decide = lambda method, path, number: next(faults) if number % 3 == 0 else None
        code, done = offrecord("storage", "restore-renditions")
        assert (code, done["restored"]) == (0, [place_of(moved)]), done
        assert texts(moved.out / session_id(moved)) == before
        proxy.decide = lambda method, path, number: None
        assert [check for check in verify_workspace(moved) if not check.ok and "exports" not in check.what] == []
        proxy.decide = lambda method, path, number: Fault.SLOW_DOWN
        (moved.root / "offrecord.toml").write_text(
            (moved.root / "offrecord.toml").read_text().replace("retry_for_s = 20.0", "retry_for_s = 0.2")
        )
        moved = Workspace.open(moved.root)
        with suppress(StorageUnavailable):  # where the exports need what has to be fetched first
            leave(moved, erase=True)
        assert not (moved.out / place_of(moved)).exists(), "nothing holds up a withdrawal"
        assert (copies_of(moved).published(), len(copies_of(moved).unpublished())) == ([], 1)
        proxy.decide = lambda method, path, number: None
        filed = leave(moved, erase=True, now=LATER)
        night(moved, now=LATER)
        assert leftovers_of(moved, [filed.withdrawal]) == ()
        after = server.blobs(name)
        gone = {each: content for each, content in contents.items() if each not in after}
        assert any("/renditions/" in each for each in gone) and any("/stage_results/" in each for each in gone)
        lost(moved)
        assert offrecord("storage", "restore-renditions")[1]["restored"] in ([], [place_of(moved)])
        assert [check for check in verify_workspace(moved) if not check.ok and "exports" not in check.what] == []


def test_what_is_missing_comes_back_byte_for_byte_and_what_is_there_stays(copying: Workspace) -> None:
    assert restored(copying) == RestoredRenditions(restored=(), refused=(), without_copy=(), damaged=())
    before = lost(copying)
    assert restored(copying).restored == (place_of(copying),)
    assert texts(copying.out / session_id(copying)) == before
    assert (copying.out / place_of(copying)).stat().st_mode & 0o777 == 0o750
    assert list(copying.scratch.iterdir()) == []


def test_a_copy_is_a_tar_under_a_key_of_its_own_and_tells_nothing(copying: Workspace, bucket: Path) -> None:
    (name,) = blobs_of(bucket)
    sealed = (bucket / StoredKind.RENDITIONS / name).read_bytes()
    assert file_digest(bucket / StoredKind.RENDITIONS / name) == name
    with pytest.raises(tarfile.TarError), tarfile.open(fileobj=BytesIO(sealed)):
        pass
    assert session_id(copying).encode() not in sealed and MANIFEST.encode() not in sealed


def test_a_no_meanwhile_is_never_restored(copying: Workspace, bucket: Path, leave: Leave) -> None:
    before = lost(copying)
    leave(copying)
    assert blobs_of(bucket) == set(), "what may not be out is deleted at once"
    assert restored(copying).restored == ()
    assert before and texts(copying.out / session_id(copying)) == {} if copying.out.exists() else True


def test_a_no_that_is_filed_while_it_is_restored_wins(
    copying: Workspace, leave: Leave, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost(copying)
    open_copy = RenditionCopies.open

    def withdrawn_meanwhile(self: RenditionCopies, copy: rendition_copies.RenditionCopy, folder: Path) -> None:
        open_copy(self, copy, folder)
        leave(Workspace.open(copying.root))

    monkeypatch.setattr(RenditionCopies, "open", withdrawn_meanwhile)
    assert restored(copying).restored == ()
    assert not (copying.out / place_of(copying)).exists()


def test_a_copy_that_was_kept_by_somebody_is_of_no_use_after_an_erasure(
    copying: Workspace, bucket: Path, leave: Leave, tmp_path: Path
) -> None:
    """The bucket's own backup brings every blob back, and an older copy of the keys' rows would not help."""
    kept = shutil.copytree(bucket / StoredKind.RENDITIONS, tmp_path / "kept")
    (copy,) = copies_of(copying).published()
    filed = leave(copying, erase=True)
    night(copying, now=LATER)
    shutil.copytree(kept, bucket / StoredKind.RENDITIONS, dirs_exist_ok=True)
    with pytest.raises(Exception, match="there is no key"):
        copies_of(copying).open(copy, tmp_path / "opened")
    assert copy.name not in {each.name for each in copies_of(copying).published()}
    assert leftovers_of(copying, [filed.withdrawal]) == ()


def test_a_copy_that_was_changed_or_is_of_something_else_is_damage(
    copying: Workspace, bucket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.cli.storage.now", lambda: LATER)
    (name,) = blobs_of(bucket)
    path = bucket / StoredKind.RENDITIONS / name
    whole = path.read_bytes()
    lost(copying)
    for content in (whole[:-1], whole[:100] + bytes([whole[100] ^ 1]) + whole[101:], b""):
        path.write_bytes(content)
        assert restored(copying).damaged == (place_of(copying),)
        assert not (copying.out / place_of(copying)).exists()
        checks = {check.what: check for check in verify_workspace(copying)}
        assert not checks["copies of renditions, missing or changed"].ok
    path.unlink()
    assert restored(copying).without_copy == (place_of(copying),)
    done = CliRunner().invoke(main, ["storage", "restore-renditions", "-w", str(copying.root), "--json"])
    assert done.exit_code == 3 and json.loads(done.stdout)["without_copy"] == [place_of(copying)]


def test_an_earlier_rendition_is_not_restored(copying: Workspace, tmp_path: Path) -> None:
    """A copy that names the proof of another rendition than the ledger has is none of what is published."""
    lost(copying)
    with copies_of(copying)._writing() as connection:
        connection.execute("UPDATE rendition_copy SET proof = ?", ("0" * 64,))
    assert restored(copying).without_copy == (place_of(copying),)


def test_what_a_fenced_off_run_copied_goes(copying: Workspace, bucket: Path) -> None:
    (name,) = blobs_of(bucket)
    rendition = recall(session_id(copying), Audience.INTERNAL, copying.out, key_of_rendition(copying), public_key=None)
    assert rendition is not None
    with pytest.raises(RunFenced), copied(copying, rendition, copying.out / rendition.folder):
        assert len(blobs_of(bucket)) == 2, "it is there before anything is published"
        raise RunFenced
    assert blobs_of(bucket) == {name}
    for _ in killed_at_each_line(lambda: _copied(copying, rendition), [copied_renditions]):
        assert len(copies_of(copying).published()) == 1
        swept(copying)
    swept(copying)
    assert len(blobs_of(bucket)) == 1, "of the killed ones none is left"
    lost(copying)
    assert restored(copying).restored == (place_of(copying),)


def test_a_withdrawal_while_a_run_says_that_its_copy_is_published_leaves_none(
    copying: Workspace, bucket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A withdrawal does not wait for the run: this may come between any two of its steps."""
    (copy,) = copies_of(copying).published()
    retract = copying._retract

    def settled_meanwhile(session: str, audience: Audience) -> bool:
        copies_of(copying).mark_published(copy)
        return retract(session, audience)

    monkeypatch.setattr(copying, "_retract", settled_meanwhile)
    assert copying.retract(session_id(copying), Audience.INTERNAL)
    assert (blobs_of(bucket), copies_of(copying).published()) == (set(), [])


def key_of_rendition(workspace: Workspace) -> str:
    return str(json.loads((workspace.out / place_of(workspace) / MANIFEST).read_text("utf-8"))["key"])


def _copied(workspace: Workspace, rendition: Any) -> None:
    with copied(workspace, rendition, workspace.out / rendition.folder):
        pass


def test_restoring_and_withdrawing_may_be_killed_anywhere(copying: Workspace, bucket: Path) -> None:
    before = lost(copying)
    place = copying.out / place_of(copying)
    for _ in killed_at_each_line(lambda: restored(copying), [restore_renditions]):
        assert not place.exists() or texts(copying.out / session_id(copying)) == before
    assert texts(copying.out / session_id(copying)) == before
    modules = [rendition_copies, unkept_blobs]
    for _ in killed_at_each_line(lambda: copying.retract(session_id(copying), Audience.INTERNAL), modules):
        swept(copying)
        is_out = place.exists()
        assert is_out or releases.published_proofs(copying.ledger) == {}
        if is_out:
            assert len(copies_of(copying).published()) == 1, "what is out has its copy"
    swept(copying)
    assert (blobs_of(bucket), copies_of(copying).published(), copies_of(copying).unpublished()) == (set(), [], [])


def test_a_new_key_for_everything_puts_new_copies(copying: Workspace, bucket: Path) -> None:
    before = blobs_of(bucket)
    reencrypt(copying)
    assert blobs_of(bucket).isdisjoint(before) and len(blobs_of(bucket)) == 1
    there = lost(copying)
    assert restored(copying).restored == (place_of(copying),)
    assert texts(copying.out / session_id(copying)) == there


def test_moving_all_to_the_folder_restores_what_is_missing_and_leaves_nothing(copying: Workspace, bucket: Path) -> None:
    before = lost(copying)
    for kind in (StoredKind.STAGE_RESULTS, StoredKind.RENDITIONS):
        (bucket / kind / ("0" * 64)).write_bytes(b"of nothing")
    done = copy_storage(copying, "folder", now=LATER)
    assert (done.orphans, done.damaged, done.renditions) == (2, [], 1)
    assert "storage.originals and storage.stage_results and storage.renditions" in done.next
    assert [path for path in bucket.rglob("*") if path.is_file()] == []
    (copying.root / "offrecord.toml").write_text(BASE, "utf-8")
    back = Workspace.open(copying.root)
    assert texts(back.out / session_id(back)) == before
    assert all(content for _, content in back.stages.opened_each(back.stages.files()))
    assert [check for check in verify_workspace(back) if not check.ok and "exports" not in check.what] == []


def test_moving_all_to_the_folder_publishes_nothing_where_a_term_list_is_gone(copying: Workspace, bucket: Path) -> None:
    """What it restores gets out as from any other command: no list, ledger or consent log may be missing or changed."""
    listed = copying.root / terms.FOLDER / "acme.toml"
    listed.write_text('customer = "Northwind"\n', "utf-8")
    require_lists(copying)
    listed.unlink()
    lost(copying)
    before = texts(bucket)
    with pytest.raises(ConfigurationError, match="is gone"):
        copy_storage(copying, "folder", now=LATER)
    assert not (copying.out / place_of(copying)).exists() and texts(bucket) == before


def test_moving_all_to_the_folder_keeps_and_names_the_copies_that_may_not_be_out_now(
    copying: Workspace, bucket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.cli.storage.now", lambda: LATER)
    lost(copying)
    before = blobs_of(bucket)
    monkeypatch.setattr("pipeline.workflow.restore_renditions.is_objected_to", lambda *_: True)
    command = ["storage", "copy", "folder", "-w", str(copying.root), "--json"]
    done = CliRunner().invoke(main, command)
    told = json.loads(done.stdout)
    assert (done.exit_code, told["refused"], told["damaged"]) == (3, [place_of(copying)], [])
    assert blobs_of(bucket) == before, "nothing is deleted that was not asked for"
    assert "storage.renditions" not in told["next"].partition(";")[0] and "offrecord run" in told["next"]


def test_a_night_keeps_up_the_copies(copying: Workspace, bucket: Path) -> None:
    (copy,) = copies_of(copying).published()
    copies_of(copying).delete([copy])
    assert blobs_of(bucket) == set()
    night(copying, now=LATER)
    assert len(blobs_of(bucket)) == 1 and copy_missing(copying) == 0
