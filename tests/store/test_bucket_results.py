"""Stage results in a bucket: as they are in the folder, whatever is killed, lost, replaced or out of reach."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from pipeline.errors import StorageUnavailable
from pipeline.reports.verify import verify_workspace
from pipeline.settings.storage import StorageSettings, StoredKind
from pipeline.store import Workspace, bucket_results, result_store, unkept_blobs
from pipeline.store.blobs import owned
from pipeline.store.blobs.folder import FolderBlobs
from pipeline.store.bucket_results import BucketResults
from pipeline.store.stage_cache import StageCache
from pipeline.workflow.backup.write import back_up, write_key
from pipeline.workflow.reencrypt import reencrypt
from tests.fault_proxy import Fault, FaultProxy, between
from tests.kill_points import killed_at_each_line
from tests.object_server import ObjectServer
from tests.store.test_bucket_originals import moved_to

NOW = datetime(2026, 11, 30, 3, tzinfo=UTC)
SAID = "what the customer said"
RESULTS = (StoredKind.STAGE_RESULTS,)
NO_COPIES = "stage_cache_mb = 0\n"


@pytest.fixture
def folder_workspace(new_workspace: Callable[[Path], Workspace], tmp_path: Path) -> Workspace:
    return new_workspace(tmp_path / "ws")


@pytest.fixture
def faulty(object_storage: ObjectServer) -> Iterator[tuple[FaultProxy, ObjectServer]]:
    with between(object_storage) as both:
        yield both


@pytest.fixture
def in_files(folder_workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace whose bucket is a folder of blobs: what is forked cannot have obstore's threads."""

    def blobs(_: StorageSettings, kind: StoredKind) -> FolderBlobs:
        return FolderBlobs(tmp_path / "bucket" / kind)

    monkeypatch.setattr(owned, "S3Blobs", blobs)
    return moved_to(folder_workspace, '[storage]\nstage_results = "s3://bucket/team"\n')


def blobs_in(tmp_path: Path) -> set[str]:
    folder = tmp_path / "bucket" / StoredKind.STAGE_RESULTS
    return {path.name for path in folder.iterdir() if path.is_file() and path.name != owned.MARK}


def bucket_of(workspace: Workspace) -> BucketResults:
    assert workspace.stages.store.bucket is not None
    return workspace.stages.store.bucket


def copies_in_folder(stages: StageCache) -> list[str]:
    return sorted(path.name for path in stages.root.glob("*/*.json"))


@pytest.mark.parametrize("place", ["folder", "bucket", "bucket without copies"])
def test_results_are_kept_replaced_listed_and_dropped_alike(
    folder_workspace: Workspace, request: pytest.FixtureRequest, place: str
) -> None:
    workspace = folder_workspace
    if place != "folder":
        server: ObjectServer = request.getfixturevalue("object_storage")
        bucket = server.new_bucket()
        copies = NO_COPIES if "without" in place else ""
        workspace = moved_to(folder_workspace, server.lines(bucket, kinds=RESULTS) + copies)
    stages = workspace.stages
    first = stages.put("speech", "k", SAID)
    stages.put("speech", "other", "more")
    before = stages.changed_at(first)
    assert stages.put("speech", "k", f"{SAID} again") == first
    assert (stages.get("speech", "k", str), stages.changed_at(first) != before) == (f"{SAID} again", True)
    assert [path.stem for path in stages.files()] == [path.stem for path in stages.files("speech")] == ["k", "other"]
    assert [owner for owner, _ in stages.changes("speech")] == ["speech/k.json", "speech/other.json"]
    assert stages.files("review") == [] and stages.get("speech", "missing", str) is None
    assert stages.is_there(first) and stages.size(first) > len(SAID)
    assert dict(stages.opened_each(stages.files()))[first] == f'"{SAID} again"'.encode()
    stages.drop_each(stages.files())
    assert (stages.files(), stages.is_there(first), stages.get("speech", "k", str)) == ([], False, None)
    assert not stages.keys.has("speech/k.json")
    if place != "folder":
        assert bucket_of(workspace).unkept.names() == [], "the one that was replaced is gone too"
        assert list(server.blobs(bucket)) == [f"team/stage_results/{owned.MARK}"]


def test_each_is_fetched_once_and_only_so_many_copies_stay(
    folder_workspace: Workspace, faulty: tuple[FaultProxy, ObjectServer]
) -> None:
    proxy, server = faulty
    workspace = moved_to(folder_workspace, server.lines(kinds=RESULTS) + "stage_cache_mb = 1\n")
    stages = workspace.stages
    for number in range(4):
        stages.put("speech", str(number), SAID * 20_000)
    assert 1 <= len(copies_in_folder(stages)) <= 2, "each has 440 kB"
    for path in stages.root.glob("*/*.json"):
        path.unlink()
    proxy.done.clear()
    for _ in range(3):
        assert stages.get("speech", "3", str) == SAID * 20_000
    assert sum(method == "GET" and "/stage_results/" in path for method, path, _ in proxy.done) == 1
    copy = stages.place("speech", "3")
    copy.write_bytes(b"changed")
    assert stages.get("speech", "3", str) == SAID * 20_000, "a copy that is another is none"
    assert dict(stages.opened_each(stages.files()))[stages.place("speech", "0")] is not None
    assert copies_in_folder(stages) == ["3.json"], "a search through all leaves no copies"


@pytest.mark.parametrize("at_once", [1, 4])
def test_a_search_asks_for_no_more_at_once_than_it_may(
    in_files: Workspace, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    stages, bucket = in_files.stages, bucket_of(in_files)
    places = [stages.put("speech", str(number), SAID) for number in range(12)]
    for place in places:
        place.unlink()
    bucket.at_once, asked, most = at_once, threading.Semaphore(at_once), list[int]()
    read = bucket.read

    def counted(name: str) -> bytes:
        assert asked.acquire(blocking=False), "more were asked for at once"
        most.append(1)
        threading.Event().wait(0.01)
        asked.release()
        return read(name)

    monkeypatch.setattr(bucket, "read", counted)
    assert [place for place, content in stages.opened_each(places) if content] == places, "in their order"
    assert len(most) == len(places)


PASSING = [Fault.SLOW_DOWN, Fault.ERROR, Fault.REFUSED, Fault.LOST, Fault.CUT]


@pytest.mark.parametrize("fault", PASSING, ids=lambda fault: fault.name)
def test_faults_that_pass_cost_nothing(
    folder_workspace: Workspace, faulty: tuple[FaultProxy, ObjectServer], fault: Fault
) -> None:
    proxy, server = faulty
    bucket = server.new_bucket()
    workspace = moved_to(folder_workspace, server.lines(bucket, kinds=RESULTS) + NO_COPIES)
    stages = workspace.stages
    proxy.decide = lambda method, path, number: fault if number % 3 == 0 else None
    for said in (SAID, f"{SAID} again"):
        stages.put("speech", "k", said)
        assert stages.get("speech", "k", str) == said
    stages.put("speech", "other", SAID)
    stages.drop(stages.place("speech", "k"))
    proxy.decide = lambda method, path, number: None
    with workspace.locked():
        workspace.sweep()
    assert (stages.get("speech", "k", str), stages.get("speech", "other", str)) == (None, SAID)
    assert len(server.blobs(bucket)) == 2, "the other one, and the mark"


LASTING = [Fault.SLOW_DOWN, Fault.REFUSED, Fault.LOST]


@pytest.mark.parametrize("fault", LASTING, ids=lambda fault: fault.name)
def test_faults_that_last_stop_a_run_and_lose_nothing(
    folder_workspace: Workspace, faulty: tuple[FaultProxy, ObjectServer], fault: Fault
) -> None:
    proxy, server = faulty
    bucket = server.new_bucket()
    workspace = moved_to(folder_workspace, server.lines(bucket, retry_for_s=0.2, kinds=RESULTS) + NO_COPIES)
    stages = workspace.stages
    gone, place = stages.put("speech", "gone", SAID), stages.put("speech", "k", SAID)
    proxy.decide = lambda method, path, number: fault
    for ask in (lambda: stages.put("speech", "k", "lost"), lambda: stages.get("speech", "k", str)):
        with pytest.raises(StorageUnavailable):
            ask()
    stages.drop(gone)
    assert not stages.keys.has("speech/gone.json"), "nobody can read it any more"
    assert bucket_of(workspace).unkept.marked_for_deletion(), "and it is still to be deleted"
    with pytest.raises(StorageUnavailable):
        list(stages.opened_each([place]))
    proxy.decide = lambda method, path, number: None
    with workspace.locked():
        workspace.sweep()
    assert stages.get("speech", "k", str) == SAID
    assert (len(server.blobs(bucket)), bucket_of(workspace).unkept.names()) == (2, [])


def test_what_another_run_gave_up_meanwhile_is_put_again(
    in_files: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the review app keeps material while a run begins, which takes what is begun for a killed one's."""
    stages, bucket = in_files.stages, bucket_of(in_files)
    begin, begun = bucket.unkept.begin, list[str]()

    def given_up(name: str, owner: str) -> None:
        begin(name, owner)
        begun.append(name)
        if len(begun) == 1:
            bucket.unkept.mark_begun_for_deletion()

    monkeypatch.setattr(bucket.unkept, "begin", given_up)
    stages.put("speech", "k", SAID)
    assert (stages.get("speech", "k", str), blobs_in(tmp_path)) == (SAID, {begun[1]})
    assert begun[0] != begun[1]


def test_a_result_is_as_it_was_before_or_after_wherever_it_is_killed(in_files: Workspace, tmp_path: Path) -> None:
    modules = [bucket_results, unkept_blobs, result_store]
    stages = in_files.stages
    place = stages.put("speech", "k", SAID)
    said = {SAID, "new"}
    for _ in killed_at_each_line(lambda: in_files.stages.put("speech", "k", "new"), modules):
        place.unlink(missing_ok=True)
        assert stages.get("speech", "k", str) in said
    for _ in killed_at_each_line(lambda: in_files.stages.to_folder(place), modules):
        assert stages.get("speech", "k", str) == "new"
    stages.to_bucket(place)
    for _ in killed_at_each_line(lambda: in_files.stages.renew("speech/k.json"), modules):
        assert stages.get("speech", "k", str) == "new"
    with in_files.locked():
        in_files.sweep()
    assert blobs_in(tmp_path) == {bucket_of(in_files).name("speech/k.json")}, "nothing of the killed ones is left"
    for _ in killed_at_each_line(lambda: in_files.stages.drop(place), modules):
        assert stages.get("speech", "k", str) in {"new", None}
    with in_files.locked():
        in_files.sweep()
    assert (blobs_in(tmp_path), stages.files(), copies_in_folder(stages)) == (set(), [], [])


def test_verify_says_what_is_missing_changed_and_of_nothing(in_files: Workspace, tmp_path: Path) -> None:
    stages, bucket = in_files.stages, bucket_of(in_files)
    folder = tmp_path / "bucket" / StoredKind.STAGE_RESULTS
    for key in ("whole", "missing", "changed"):
        stages.put("speech", key, SAID)
    (folder / str(bucket.name("speech/missing.json"))).unlink()
    (folder / str(bucket.name("speech/changed.json"))).write_bytes(b"something else")
    (folder / ("0" * 64)).write_bytes(b"of nothing")
    for megabytes in (None, 1):
        checks = {check.what: check for check in verify_workspace(in_files, megabytes=megabytes)}
        damage = checks["stage results in object storage, missing or changed"]
        assert (damage.ok, damage.found) == (False, "speech/changed.json, speech/missing.json")
        if megabytes is None:
            orphans = checks[
                "stage results in object storage, of nothing (orphans: `offrecord storage copy` deletes them)"
            ]
            assert orphans.found == "1 blob"
    for copy in stages.root.glob("*/*.json"):
        copy.unlink()
    assert [stages.get("speech", key, str) for key in ("whole", "missing", "changed")] == [SAID, None, None]
    with pytest.raises(InvalidTag):
        stages.opened(stages.place("speech", "changed"))


def test_encrypting_again_leaves_nothing_under_the_old_keys(in_files: Workspace, tmp_path: Path) -> None:
    stages = in_files.stages
    stages.put("speech", "k", SAID)
    before, key = blobs_in(tmp_path), stages.keys.key("speech/k.json")
    assert reencrypt(in_files).stage_results == 1
    assert stages.get("speech", "k", str) == SAID
    assert blobs_in(tmp_path).isdisjoint(before) and len(blobs_in(tmp_path)) == 1
    assert stages.keys.key("speech/k.json") != key


def test_what_one_process_replaces_another_reads(in_files: Workspace) -> None:
    other, stages = Workspace.open(in_files.root).stages, in_files.stages
    stages.put("speech", "k", "0")

    def replace() -> None:
        for number in range(1, 20):
            stages.put("speech", "k", str(number))

    writer = threading.Thread(target=replace)
    writer.start()
    seen = []
    while writer.is_alive():
        with suppress(InvalidTag):
            seen.append(other.get("speech", "k", str))
    writer.join()
    assert None not in seen and other.get("speech", "k", str) == "19"


def test_of_two_who_write_one_result_at_once_no_blob_is_left(
    in_files: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The review app and a run; what the other put meanwhile is the one before, and goes."""
    stages, bucket = in_files.stages, bucket_of(in_files)
    place = stages.put("review", "k", SAID)
    name_of, asked = BucketResults.name, iter(["as the other has it"])

    def other_after_asking(self: BucketResults, owner: str) -> str | None:
        name = name_of(self, owner)
        for value in asked:
            stages.put("review", "k", value)
        return name

    monkeypatch.setattr(BucketResults, "name", other_after_asking)
    stages.put("review", "k", f"{SAID} again")
    monkeypatch.undo()
    assert stages.get("review", "k", str) == f"{SAID} again"
    assert bucket.listed() == {bucket.name("review/k.json")} and bucket.unkept.names() == []
    stages.drop(place)
    assert bucket.listed() == set()


def test_a_backup_says_how_many_results_it_could_not_read(in_files: Workspace, tmp_path: Path) -> None:
    """What an erased recording left can be made by nobody again: a backup without it may not look whole."""
    in_files = moved_to(in_files, f'[storage]\nstage_results = "s3://bucket/team"\n{NO_COPIES}')
    for key in ("whole", "changed", "gone"):
        in_files.stages.put("speech", key, SAID)
    for key, content in (("changed", b"0"), ("gone", None)):
        path = tmp_path / "bucket" / StoredKind.STAGE_RESULTS / str(bucket_of(in_files).name(f"speech/{key}.json"))
        path.unlink() if content is None else path.write_bytes(content)
    recipient = write_key(tmp_path / "key")
    (written,) = back_up(in_files, tmp_path / "b.age", keys=None, recipients=[recipient], originals=False, now=NOW)
    assert written.results_left_out == 2
