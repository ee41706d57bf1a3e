"""The door to obstore: blobs in a bucket of Amazon S3, or of a server that speaks as it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from functools import cached_property, partial
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from pipeline.errors import ConfigurationError, ObjectStorageRefused, ObjectStorageUnavailable, OffrecordError
from pipeline.settings.storage import StorageSettings, StoredKind
from pipeline.store.blobs.credentials import AccessKey, read_access_key

if TYPE_CHECKING:
    from obstore import PutResult
    from obstore.store import S3Config

T = TypeVar("T")

SINGLE_BYTES = 8 << 20
"""What is larger goes up in parts of at least this size, four at once: 32 MiB of memory. S3 wants at least 5 MiB."""
_PARTS = 9_000
_AT_ONCE = 4
READ_BYTES = 8 << 20
"""One request of a read. An answer that is cut off costs no more than this again."""
_TRIES = 4
_LIST_AT_ONCE = 1_000
_NO_BUCKET = "NoSuchBucket"


class S3Blobs:
    """The blobs below a prefix of a bucket; requests that fail in passing are made again for a while."""

    def __init__(self, settings: StorageSettings, kind: StoredKind) -> None:
        """Those of a kind, in a folder of its name below its place; nothing is asked of the server yet."""
        self._settings = settings
        self._kind = kind
        self._knows_conditions = True

    def put_if_absent(self, name: str, source: Path) -> bool:
        """Puts a file; a server that knows no conditions is asked before.

        What goes up in parts has no condition either: there the caller's names have to be of one content each.
        Raises ``ObjectStorageRefused`` for a bucket that keeps old versions, where nothing could be erased.
        """
        if self.exists(name):
            return False
        size = source.stat().st_size
        if size > SINGLE_BYTES:
            self._put_in_parts(name, source, size)
        elif (put := self._put_whole(name, source.read_bytes())) is None:
            return False
        else:
            _refuse_versions(put)
        if self.size(name) != size:
            raise ObjectStorageUnavailable("object storage did not keep the whole of a file")
        return True

    def read(self, name: str, *, start_byte: int = 0, size: int | None = None) -> Iterator[bytes]:
        """The bytes of a range, a request for each piece; raises ``FileNotFoundError``."""
        end = self.size(name)
        if size is not None:
            end = min(end, start_byte + size)
        for start in range(start_byte, end, READ_BYTES):
            yield self._piece(name, start, min(READ_BYTES, end - start))

    def read_whole(self, name: str) -> bytes:
        """A small blob in one request; raises ``FileNotFoundError``."""
        return self._answered(lambda: bytes(self._obstore.get(self._store, name).bytes()), lambda _: True)

    def exists(self, name: str) -> bool:
        """Whether a blob is there."""
        try:
            self.size(name)
        except FileNotFoundError:
            return False
        return True

    def delete(self, name: str) -> bool:
        """Removes a blob, and asks whether it is gone; True when it was there."""
        if not self.exists(name):
            return False
        # A server that removed it and whose answer was lost says that it is not there.
        with suppress(FileNotFoundError):
            self._asked(lambda: self._obstore.delete(self._store, name))
        if self.exists(name):
            raise ObjectStorageUnavailable("object storage still has what was deleted")
        return True

    def names(self) -> Iterator[str]:
        """The name of every blob, a thousand a request; where an answer is cut off, on from the last name."""
        last, tries = None, 0
        while True:
            pages = iter(self._obstore.list(self._store, offset=last, chunk_size=_LIST_AT_ONCE))
            try:
                while page := self._asked(partial(next, pages, None)):
                    for each in page:
                        last = str(each["path"])
                        yield last
                    tries = 0
                return
            except ObjectStorageRefused:
                raise
            except ObjectStorageUnavailable:
                if (tries := tries + 1) == _TRIES:
                    raise

    def size(self, name: str) -> int:
        """The bytes of a blob; raises ``FileNotFoundError``."""
        return int(self._asked(lambda: self._obstore.head(self._store, name))["size"])

    def knows_conditions(self, name: str, source: Path) -> bool:
        """Whether the server refuses to put over what is there; ``name`` is put twice and removed, for `doctor`."""
        content = source.read_bytes()
        self.delete(name)
        self._knows_conditions = True
        try:
            first = self._put_whole(name, content)
            if first is not None:
                _refuse_versions(first)
            return self._put_whole(name, content) is None
        finally:
            self.delete(name)

    def _put_whole(self, name: str, content: bytes) -> PutResult | None:
        """Puts a small blob; None where the server says that the name is taken.

        A server that says that it knows no conditions is asked for none again: obstore makes each such request again
        for ``storage.retry_for_s``, a minute for each file of a night.
        """
        exceptions = self._exceptions
        put: Callable[..., PutResult] = partial(self._obstore.put, self._store, name, content, use_multipart=False)
        if not self._knows_conditions:
            return self._asked(put)
        try:
            return self._asked(lambda: put(mode="create"))
        except exceptions.AlreadyExistsError:
            return None
        except _ConditionsUnknown:
            self._knows_conditions = False
            return self._asked(put)

    def _put_in_parts(self, name: str, source: Path, size: int) -> None:
        part = max(SINGLE_BYTES, -(-size // _PARTS))
        options = {"use_multipart": True, "chunk_size": part, "max_concurrency": _AT_ONCE}
        put: Callable[..., PutResult] = partial(self._obstore.put, **options)
        try:
            _refuse_versions(self._asked(lambda: put(self._store, name, source)))
        except FileNotFoundError:
            # The server knows the upload no more: it was ended, and that answer was lost, or it was given up.
            if not self.exists(name):
                raise ObjectStorageUnavailable("object storage gave up an upload") from None

    def _piece(self, name: str, start: int, length: int) -> bytes:
        """One range, whole."""
        get_range = partial(self._obstore.get_range, self._store, name, start=start, length=length)
        return self._answered(lambda: bytes(get_range()), lambda content: len(content) == length)

    def _answered(self, ask: Callable[[], bytes], is_whole: Callable[[bytes], bool]) -> bytes:
        """A body: what is cut off is asked for again, and then given up."""
        for last in range(_TRIES):
            try:
                content = self._asked(ask)
            except ObjectStorageRefused:
                raise
            except ObjectStorageUnavailable:
                if last == _TRIES - 1:
                    raise
                continue
            if is_whole(content):
                return content
        raise ObjectStorageUnavailable("object storage gives less of a file than there is")

    def _asked(self, ask: Callable[[], T]) -> T:
        """What the server answers; what it refuses or leaves unanswered as an error for a person, without its words."""
        exceptions = self._exceptions
        try:
            return ask()
        except (exceptions.AlreadyExistsError, OffrecordError):
            raise
        except FileNotFoundError as error:
            if _NO_BUCKET in str(error):
                raise _in_words(_NO_BUCKET) from None
            raise FileNotFoundError("no such blob") from None
        except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError):
            raise ObjectStorageRefused from None
        except exceptions.NotSupportedError:
            raise _ConditionsUnknown from None
        except exceptions.BaseError as error:
            text = str(error)
            if " 501 " in text:
                raise _ConditionsUnknown from None
            raise _in_words(text) from None

    @cached_property
    def _obstore(self) -> Any:
        try:
            import obstore
        except ImportError:
            raise ConfigurationError(
                "storage in a bucket needs the package obstore", action="pip install 'offrecord[s3]'"
            ) from None
        return obstore

    @cached_property
    def _exceptions(self) -> Any:
        _ = self._obstore
        from obstore import exceptions

        return exceptions

    @cached_property
    def _store(self) -> Any:
        _ = self._obstore
        from obstore.store import S3Store

        settings, place = self._settings, urlsplit(self._settings.address(self._kind))
        prefix = "/".join(part for part in (place.path.strip("/"), self._kind) if part)
        return S3Store(
            place.netloc,
            prefix=prefix or None,
            config=_config(settings, read_access_key(settings.credentials)),
            client_options={
                "allow_http": _allows_http(settings.endpoint),
                "timeout": timedelta(seconds=settings.timeout_s),
                "connect_timeout": timedelta(seconds=min(10.0, settings.timeout_s)),
            },
            retry_config={
                "max_retries": 20,
                "retry_timeout": timedelta(seconds=settings.retry_for_s),
                "backoff": {
                    "init_backoff": timedelta(seconds=0.1),
                    "max_backoff": timedelta(seconds=max(0.1, min(5.0, settings.retry_for_s))),
                    "base": 2,
                },
            },
        )


class _ConditionsUnknown(Exception):
    """The server does not know If-None-Match."""


def _config(settings: StorageSettings, key: AccessKey | None) -> S3Config:
    config: S3Config = {
        "region": settings.region,
        "conditional_put": "etag",
        "skip_signature": False,
        "unsigned_payload": False,
        "disable_bulk_delete": True,
        "virtual_hosted_style_request": not settings.endpoint,
    }
    if settings.endpoint:
        config["endpoint"] = settings.endpoint
    if key is not None:
        config["access_key_id"], config["secret_access_key"] = key.access_key_id, key.secret_access_key
        if key.session_token:
            config["session_token"] = key.session_token
    return config


def _allows_http(endpoint: str) -> bool:
    """Whether an address without TLS may be used: only on this machine. Raises ``ConfigurationError`` elsewhere."""
    parts = urlsplit(endpoint)
    if parts.scheme != "http":
        return False
    host = parts.hostname or ""
    is_here = host == "localhost"
    with suppress(ValueError):
        is_here = is_here or ip_address(host).is_loopback
    if not is_here:
        raise ConfigurationError("storage.endpoint is on another machine and has no TLS", action="give its https://")
    return True


def _refuse_versions(put: PutResult) -> None:
    """Raises ``ObjectStorageRefused`` where the server numbers versions: what is deleted there stays as an old one."""
    if put.get("version") not in (None, "", "null"):
        raise ObjectStorageRefused(
            "the bucket keeps old versions of what is deleted, so nothing in it could be erased",
            action="suspend versioning on it and remove its old versions, or name another bucket",
        )


def _in_words(text: str) -> OffrecordError:
    """What a request ended with; the server's own words may hold names, and stay out."""
    if " 403 " in text:
        return ObjectStorageRefused()
    if _NO_BUCKET in text:
        return ObjectStorageRefused("there is no such bucket", action="check the places and the endpoint in [storage]")
    return ObjectStorageUnavailable()
