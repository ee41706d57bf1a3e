"""An S3 server of the tests' own: OpenStack Swift with its s3api, four processes on loopback and a temporary folder."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from urllib.request import Request, urlopen

import obstore
from obstore.store import S3Store

from pipeline.settings.storage import StorageSettings, StoredKind

PROGRAMS = Path(__file__).parents[1] / ".venv-swift" / "bin"
"""Where `make setup` puts Swift, in an environment of its own: its packages are no concern of the project's."""
KEY, SECRET = "test:tester", "a-secret-that-must-show-nowhere"
_PARTS = ("account", "container", "object")
_START_S = 120.0
_STORAGE = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
user = {user}
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
log_udp_host = 127.0.0.1
log_udp_port = 9
[pipeline:main]
pipeline = {part}-server
[app:{part}-server]
use = egg:swift#{part}
"""
_PROXY = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
user = {user}
swift_dir = {folder}
log_udp_host = 127.0.0.1
log_udp_port = 9
[pipeline:main]
pipeline = catch_errors cache s3api tempauth bulk slo proxy-server
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = {secret} .admin
[filter:bulk]
use = egg:swift#bulk
[filter:slo]
use = egg:swift#slo
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
"""


@dataclass(frozen=True, slots=True)
class ObjectServer:
    """A running server, or a way to it that a test has put in between."""

    port: int
    numbers: Iterator[int]

    @property
    def endpoint(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def through(self, port: int) -> ObjectServer:
        """The same server by way of another port."""
        return replace(self, port=port)

    def settings(self, *, bucket: str = "", retry_for_s: float = 20.0, timeout_s: float = 20.0) -> StorageSettings:
        """Settings that name a bucket of it: a new, empty one unless it is named."""
        return StorageSettings(
            originals=f"s3://{bucket or self.new_bucket()}/team",
            endpoint=self.endpoint,
            retry_for_s=retry_for_s,
            timeout_s=timeout_s,
        )

    def lines(
        self, bucket: str = "", *, retry_for_s: float = 20.0, kinds: Collection[StoredKind] = (StoredKind.ORIGINALS,)
    ) -> str:
        """The same as lines of TOML, for some kinds of files."""
        settings = self.settings(bucket=bucket, retry_for_s=retry_for_s)
        places = "".join(f'{kind} = "{settings.originals}"\n' for kind in kinds)
        return f'[storage]\n{places}endpoint = "{settings.endpoint}"\nretry_for_s = {retry_for_s}\n'

    def new_bucket(self) -> str:
        """Makes an empty bucket and gives its name."""
        name = f"offrecord-{next(self.numbers)}"
        url = obstore.sign(self.store(name), "PUT", "", timedelta(minutes=5))
        with urlopen(Request(url, method="PUT", data=b"")) as answer:
            assert answer.status == 200
        return name

    def store(self, bucket: str) -> S3Store:
        """A bucket as somebody sees it who is not the program."""
        return S3Store(
            bucket,
            endpoint=self.endpoint,
            region="us-east-1",
            access_key_id=KEY,
            secret_access_key=SECRET,
            virtual_hosted_style_request=False,
            client_options={"allow_http": True},
        )

    def blobs(self, bucket: str) -> dict[str, bytes]:
        """Everything in a bucket, by its name."""
        store = self.store(bucket)
        names = [str(each["path"]) for page in obstore.list(store) for each in page]
        return {name: bytes(obstore.get(store, name).bytes()) for name in sorted(names)}


def is_installed() -> bool:
    """Whether Swift is there."""
    return (PROGRAMS / "swift-proxy-server").exists()


@contextmanager
def running() -> Iterator[ObjectServer]:
    """Starts a server and stops it."""
    folder = Path(tempfile.mkdtemp(prefix="swift-", dir="/tmp"))
    try:
        with ExitStack() as processes:
            ports = {part: _free_port() for part in (*_PARTS, "proxy")}
            _configure(folder, ports)
            for part in ports:
                processes.enter_context(_started(folder, part))
            for port in ports.values():
                _wait_for(port, folder)
            yield ObjectServer(ports["proxy"], count(1))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _configure(folder: Path, ports: dict[str, int]) -> None:
    (folder / "devices" / "d1").mkdir(parents=True)
    (folder / "swift.conf").write_text(
        "[swift-hash]\nswift_hash_path_suffix = tests\n[storage-policy:0]\nname = one\ndefault = yes\n"
    )
    names = {"user": getpass.getuser(), "folder": folder, "secret": SECRET}
    for part in _PARTS:
        (folder / f"{part}.conf").write_text(_STORAGE.format(part=part, port=ports[part], **names))
        builder = folder / f"{part}.builder"
        _ring(builder, "create", "4", "1", "0")
        device = {"region": "1", "zone": "1", "ip": "127.0.0.1", "port": str(ports[part]), "device": "d1"}
        words = [word for name, value in device.items() for word in (f"--{name}", value)]
        _ring(builder, "add", *words, "--weight", "1")
        _ring(builder, "rebalance")
    (folder / "proxy.conf").write_text(_PROXY.format(port=ports["proxy"], **names))


def _ring(builder: Path, *words: str) -> None:
    done = subprocess.run(
        [PROGRAMS / "swift-ring-builder", builder, *words], capture_output=True, text=True, check=False
    )
    assert done.returncode < 2, done.stdout + done.stderr  # 1 is a warning


@contextmanager
def _started(folder: Path, part: str) -> Iterator[None]:
    command = [PROGRAMS / f"swift-{part}-server", folder / f"{part}.conf"]
    environment = {**os.environ, "SWIFT_DIR": str(folder), "NO_PROXY": "127.0.0.1"}
    with (folder / f"{part}.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, folder: Path) -> None:
    end = time.monotonic() + _START_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            logs = [path.read_text("utf-8", "replace") for path in folder.glob("*.log")]
            assert time.monotonic() < end, f"Swift does not start: {logs}"
            time.sleep(0.1)
