"""Every blob store does the same: a folder, and a bucket of a real server, also when requests go wrong."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import ConfigurationError, ObjectStorageRefused, ObjectStorageUnavailable, StorageUnavailable
from pipeline.settings.storage import StorageSettings, StoredKind
from pipeline.store.blobs import BlobStore, s3
from pipeline.store.blobs.folder import FolderBlobs
from pipeline.store.blobs.owned import OwnedBlobs
from pipeline.store.blobs.s3 import S3Blobs
from tests.fault_proxy import Fault, FaultProxy, between
from tests.object_server import KEY, SECRET, ObjectServer

IN_PARTS = s3.SINGLE_BYTES + (3 << 20) + 7
"""More than goes up in one piece."""


@pytest.fixture(params=("folder", "folder without links", "bucket"))
def blobs(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BlobStore:
    if request.param == "bucket":
        server: ObjectServer = request.getfixturevalue("object_storage")
        return S3Blobs(server.settings(), StoredKind.ORIGINALS)
    if request.param == "folder without links":

        def refused(source: object, target: object) -> None:
            raise OSError(18, "another file system")

        monkeypatch.setattr(os, "link", refused)
    return FolderBlobs(tmp_path / "blobs")


@pytest.fixture
def faulty(object_storage: ObjectServer) -> Iterator[tuple[FaultProxy, ObjectServer]]:
    with between(object_storage) as both:
        yield both


def file_of(folder: Path, content: bytes) -> Path:
    """A new file each time: whoever puts one never writes to it again."""
    path = folder / secrets.token_hex(8)
    path.write_bytes(content)
    return path


def whole(blobs: BlobStore, name: str) -> bytes:
    return b"".join(blobs.read(name))


@pytest.mark.parametrize("size", [0, 1, s3.SINGLE_BYTES, IN_PARTS])
def test_what_is_put_is_read_back_whole_and_in_ranges(blobs: BlobStore, tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    assert blobs.put_if_absent("ab/name-1.sealed", file_of(tmp_path, content))
    assert (blobs.size("ab/name-1.sealed"), blobs.exists("ab/name-1.sealed")) == (size, True)
    assert whole(blobs, "ab/name-1.sealed") == blobs.read_whole("ab/name-1.sealed") == content
    for start, length in ((0, 1), (size // 2, 1000), (size - 1, 1), (size, 10), (1, None)):
        if start >= 0:
            end = None if length is None else start + length
            assert b"".join(blobs.read("ab/name-1.sealed", start_byte=start, size=length)) == content[start:end]


@pytest.mark.parametrize("size", [5, IN_PARTS])
def test_nothing_is_put_over_what_is_there(blobs: BlobStore, tmp_path: Path, size: int) -> None:
    first = os.urandom(size)
    assert blobs.put_if_absent("name", file_of(tmp_path, first))
    assert not blobs.put_if_absent("name", file_of(tmp_path, os.urandom(size)))
    assert whole(blobs, "name") == first


def test_of_many_who_put_at_once_one_does(blobs: BlobStore, tmp_path: Path) -> None:
    done: list[tuple[int, bool]] = []

    def put(number: int) -> None:
        (tmp_path / str(number)).write_bytes(b"%d" % number)
        done.append((number, blobs.put_if_absent("name", tmp_path / str(number))))

    threads = [threading.Thread(target=put, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [b"%d" % number for number, was_put in done if was_put]
    assert whole(blobs, "name") in winners
    if isinstance(blobs, FolderBlobs) and os.link.__name__ != "refused":
        assert len(winners) == 1
    # Without links a folder, and Swift in its condition, looks first and puts then: what depends on it has names of its
    # own: see docs/operations.md. Amazon's condition is one step.


def test_what_is_not_there_is_said_to_be_missing(blobs: BlobStore) -> None:
    assert not blobs.exists("name")
    assert not blobs.delete("name")
    with pytest.raises(FileNotFoundError):
        blobs.size("name")
    with pytest.raises(FileNotFoundError):
        whole(blobs, "name")
    with pytest.raises(FileNotFoundError):
        blobs.read_whole("name")


def test_what_is_deleted_is_gone_and_its_neighbours_stay(blobs: BlobStore, tmp_path: Path) -> None:
    for name in ("name", "name2", "na"):
        blobs.put_if_absent(name, file_of(tmp_path, b"content"))
    assert blobs.delete("name")
    assert not blobs.delete("name")
    assert sorted(blobs.names()) == ["na", "name2"]


def test_a_listing_goes_on_over_its_pages(blobs: BlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3, "_LIST_AT_ONCE", 7)
    names = [f"{number % 3}/{number}" for number in range(23)]
    for name in names:
        blobs.put_if_absent(name, file_of(tmp_path, b"content"))
    assert sorted(blobs.names()) == sorted(names)


def test_another_folder_of_the_same_bucket_is_not_seen(object_storage: ObjectServer, tmp_path: Path) -> None:
    settings = object_storage.settings()
    S3Blobs(settings, StoredKind.ORIGINALS).put_if_absent("name", file_of(tmp_path, b"content"))
    assert (
        list(S3Blobs(settings.model_copy(update={"renditions": settings.originals}), StoredKind.RENDITIONS).names())
        == []
    )
    assert list(object_storage.blobs(settings.originals.split("/")[2])) == ["team/originals/name"]


PASSING = [Fault.SLOW_DOWN, Fault.ERROR, Fault.REFUSED, Fault.LOST, Fault.CUT]


@pytest.mark.parametrize("fault", PASSING, ids=lambda fault: fault.name)
@pytest.mark.parametrize("size", [500, IN_PARTS])
def test_a_fault_that_passes_loses_nothing_and_doubles_nothing(
    faulty: tuple[FaultProxy, ObjectServer], tmp_path: Path, fault: Fault, size: int
) -> None:
    """Every third request meets it, whatever it is."""
    proxy, server = faulty
    blobs, content = S3Blobs(server.settings(), StoredKind.ORIGINALS), os.urandom(size)
    proxy.decide = lambda method, path, number: fault if number % 3 == 0 else None
    try:
        blobs.put_if_absent("name", file_of(tmp_path, content))
    except ObjectStorageUnavailable:  # as when an answer is lost that cannot be asked for again: the caller's next try
        assert not blobs.put_if_absent("name", file_of(tmp_path, content)) or whole(blobs, "name") == content
    assert whole(blobs, "name") == blobs.read_whole("name") == content
    assert list(blobs.names()) == ["name"]
    blobs.delete("name")
    assert (blobs.exists("name"), list(blobs.names())) == (False, [])
    assert proxy.faults()


LASTING = [*PASSING, Fault.SLOW]


@pytest.mark.parametrize("fault", LASTING, ids=lambda fault: fault.name)
def test_a_fault_that_lasts_is_said_and_nothing_is_taken_for_gone_or_put(
    faulty: tuple[FaultProxy, ObjectServer], object_storage: ObjectServer, tmp_path: Path, fault: Fault
) -> None:
    proxy, server = faulty
    settings = server.settings(retry_for_s=0.2, timeout_s=0.5)
    patient = {"endpoint": object_storage.endpoint, "retry_for_s": 20.0, "timeout_s": 20.0}
    direct = S3Blobs(settings.model_copy(update=patient), StoredKind.ORIGINALS)
    direct.put_if_absent("there", file_of(tmp_path, b"content"))
    blobs = S3Blobs(settings, StoredKind.ORIGINALS)
    proxy.decide = lambda method, path, number: fault if method != "HEAD" or fault is not Fault.CUT else None
    for ask in (lambda: whole(blobs, "there"), lambda: blobs.read_whole("there"), lambda: list(blobs.names())):
        with pytest.raises(StorageUnavailable) as raised:
            ask()
        assert "127.0.0.1" not in str(raised.value) and "there" not in str(raised.value)
    for ask_of_one in (blobs.exists, blobs.delete, blobs.size):
        if fault is not Fault.CUT:
            with pytest.raises(StorageUnavailable):
                ask_of_one("there")
    proxy.decide = lambda method, path, number: None
    if fault not in (Fault.CUT,):
        assert whole(direct, "there") == b"content"


@pytest.mark.parametrize("fault", [Fault.IGNORED, Fault.UNKNOWN], ids=lambda fault: fault.name)
@pytest.mark.parametrize("size", [5, IN_PARTS])
def test_a_server_that_knows_no_conditions_is_asked_before(
    faulty: tuple[FaultProxy, ObjectServer], tmp_path: Path, fault: Fault, size: int
) -> None:
    proxy, server = faulty
    blobs, content = S3Blobs(server.settings(retry_for_s=0.2), StoredKind.ORIGINALS), os.urandom(size)
    assert blobs.knows_conditions("probe", file_of(tmp_path, b"content"))
    proxy.decide = lambda method, path, number: fault
    assert not blobs.knows_conditions("probe", file_of(tmp_path, b"content"))
    assert not blobs.exists("probe")
    proxy.done.clear()
    assert blobs.put_if_absent("small", file_of(tmp_path, b"small"))
    puts = sum(method == "PUT" for method, _, _ in proxy.done)
    assert puts == 1, "each request with a condition costs the time for which requests are made again"
    blobs.delete("small")
    assert blobs.put_if_absent("name", file_of(tmp_path, content))
    assert not blobs.put_if_absent("name", file_of(tmp_path, b"other"))
    assert whole(blobs, "name") == content


@pytest.mark.parametrize("size", [5, IN_PARTS])
def test_a_bucket_that_keeps_old_versions_is_refused(
    faulty: tuple[FaultProxy, ObjectServer], tmp_path: Path, size: int
) -> None:
    proxy, server = faulty
    proxy.decide = lambda method, path, number: Fault.VERSIONS
    blobs = S3Blobs(server.settings(), StoredKind.ORIGINALS)
    with pytest.raises(ObjectStorageRefused, match="keeps old versions"):
        blobs.put_if_absent("name", file_of(tmp_path, os.urandom(size)))


def test_a_wrong_key_and_a_bucket_that_is_not_there_are_said(
    object_storage: ObjectServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = object_storage.settings(retry_for_s=0.2)
    missing = S3Blobs(settings.model_copy(update={"originals": "s3://no-such-bucket"}), StoredKind.ORIGINALS)
    for ask in (lambda: missing.put_if_absent("name", file_of(tmp_path, b"x")), lambda: list(missing.names())):
        with pytest.raises(ObjectStorageRefused, match="no such bucket"):
            ask()
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong-secret")
    wrong = S3Blobs(settings, StoredKind.ORIGINALS)
    for ask in (lambda: wrong.exists("name"), lambda: list(wrong.names())):
        with pytest.raises(ObjectStorageRefused, match="refuses the access key") as raised:
            ask()
        assert "wrong-secret" not in repr(raised.value) and KEY not in repr(raised.value)


def test_what_was_put_elsewhere_is_not_taken_for_gone(object_storage: ObjectServer, tmp_path: Path) -> None:
    """A server says of a wrong or emptied bucket that nothing is there, and an erasure would believe it."""
    settings, known = object_storage.settings(), tmp_path / "BUCKET"

    def owned(place: StorageSettings, owner: str = "a", file: Path = known) -> OwnedBlobs:
        kind = StoredKind.ORIGINALS
        return OwnedBlobs(S3Blobs(place, kind), kind=kind, address=place.originals, owner=lambda: owner, known=file)

    assert owned(settings).put_if_absent("name", file_of(tmp_path, b"content"))
    assert known.read_text() == settings.originals
    assert list(owned(settings).names()) == ["name"]
    with pytest.raises(ObjectStorageRefused, match="another workspace"):
        owned(settings, owner="b", file=tmp_path / "OTHER").delete("name")
    with pytest.raises(ObjectStorageRefused, match="not at the place"):
        owned(object_storage.settings()).delete("name")
    with pytest.raises(ObjectStorageRefused, match="not at the place"):
        owned(settings.model_copy(update={"originals": "s3://no-such-bucket"})).exists("name")
    assert owned(settings).exists("name")


def test_the_access_key_comes_from_a_private_file(object_storage: ObjectServer, tmp_path: Path) -> None:
    path = tmp_path / "s3.toml"
    path.write_text(f'access_key_id = "{KEY}"\nsecret_access_key = "{SECRET}"\n')
    settings = object_storage.settings().model_copy(update={"credentials": f"file:{path}"})
    path.chmod(0o644)
    with pytest.raises(ConfigurationError, match="may be read by others"):
        S3Blobs(settings, StoredKind.ORIGINALS).exists("name")
    path.chmod(0o600)
    assert not S3Blobs(settings, StoredKind.ORIGINALS).exists("name")
    for wrong, words in (
        (f'access_key_id = "{KEY}"\n', "secret_access_key is missing"),
        (f'secret = "{SECRET}"\naccess_key_id = "a"\nsecret_access_key = "b"\n', "unknown key secret"),
        ("not TOML", "credentials"),
    ):
        path.write_text(wrong)
        with pytest.raises(ConfigurationError, match=words) as raised:
            S3Blobs(settings, StoredKind.ORIGINALS).exists("name")
        assert SECRET not in str(raised.value)


def test_an_address_without_tls_is_of_this_machine_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    settings = StorageSettings(originals="s3://bucket", endpoint="http://s3.example.org")
    with pytest.raises(ConfigurationError, match="no TLS"):
        S3Blobs(settings, StoredKind.ORIGINALS).exists("name")


def test_without_an_access_key_the_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    with pytest.raises(ConfigurationError, match="AWS_ACCESS_KEY_ID is not set"):
        S3Blobs(StorageSettings(originals="s3://bucket"), StoredKind.ORIGINALS).exists("name")
