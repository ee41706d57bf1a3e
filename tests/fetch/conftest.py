"""A server process with all three platforms, credentials for it, and the command line against it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from pipeline.store import Workspace
from tests.clock import LAUNCH
from tests.end_to_end.conftest import offrecord
from tests.fetch import worlds
from tests.once import made_once

KEY = RSAKey.generate_key(2048, auto_kid=True)
ROOT = Path(__file__).parents[2]
TABLES = """
[zoom]
account_id = "{account}"
client_id = "zoom-client-secret"
client_secret = "{secret}"
users = ["hannah.berg@lumenlabs.example"]
api = "http://127.0.0.1:{port}/v2"
login = "http://127.0.0.1:{port}/oauth/token"

[teams]
tenant_id = "tenant"
client_id = "teams-client-secret"
client_secret = "{secret}"
users = ["organiser-1"]
api = "http://127.0.0.1:{port}/v1.0"
login = "http://127.0.0.1:{port}"

[meet]
service_account_file = "key.json"
users = ["hannah.berg@lumenlabs.example"]
api = "http://127.0.0.1:{port}/v2"
drive = "http://127.0.0.1:{port}/drive/v3"
login = "http://127.0.0.1:{port}/token"
"""
SECRETS = (
    *(worlds.ACCOUNT, worlds.SECRET, "zoom-client-secret", "teams-client-secret", "secret-token-", "presigned-secret"),
    *("secret-passcode", "secret-share", "secret-play"),
)
"""What may be in no file, line or log: credentials, tokens, what signs redirects, what opens a recording to anybody."""


@dataclass
class Fetcher:
    """One workspace and inbox, the server's folder, and the command."""

    root: Path
    site: Path
    ports: tuple[int, int]

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def workspace(self) -> Path:
        return self.root / "ws"

    @property
    def credentials(self) -> Path:
        return self.root / "fetch.toml"

    def order(self, *faults: dict[str, Any]) -> None:
        """Has the server fail so, each fault as often as it says."""
        _put(self.site / "faults.json", list(faults))

    def change(self, alter: Callable[[dict[str, Any]], object]) -> None:
        """Changes what the platforms have."""
        world = json.loads((self.site / "world.json").read_text())
        alter(world)
        _put(self.site / "world.json", world)

    def requests(self, part: str = "") -> list[dict[str, Any]]:
        """What was asked for so far, as far as a pattern is in its path."""
        path = self.site / "requests.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return [each for each in map(json.loads, lines) if re.search(part, each["path"])]

    def words(self, platform: str, *more: str) -> list[str]:
        days = ("--since", worlds.DAY, "--until", worlds.DAY)
        return [
            *("fetch", platform, str(self.inbox), *days, "--credentials", str(self.credentials)),
            *("-w", str(self.workspace), "--json", *more),
        ]

    def fetch(self, platform: str, *more: str) -> subprocess.CompletedProcess[str]:
        return offrecord(*self.words(platform, *more))

    def lines(self, done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = json.loads(done.stdout)["lines"]
        return lines

    def statuses(self, done: subprocess.CompletedProcess[str]) -> list[str]:
        return [line["status"] for line in self.lines(done)]

    def folders(self) -> list[Path]:
        """What lies in the inbox for a run to see."""
        return sorted(path for path in self.inbox.iterdir() if not path.name.startswith("."))

    def with_chat(self) -> None:
        """Has the credentials file ask for what was written during meetings of Teams too."""
        text = self.credentials.read_text()
        self.credentials.write_text(text.replace("[teams]\n", "[teams]\nchat = true\n"))

    def killed(self, platform: str, when: Callable[[], bool], *more: str) -> None:
        """Starts the command as a process of its own and kills it once something is so."""
        command = [sys.executable, "-c", LAUNCH, *self.words(platform, *more)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as running:
            for _ in range(600):
                if when() or running.poll() is not None:
                    break
                time.sleep(0.05)
            assert when(), running.communicate()[1] if running.poll() is not None else "it did not come so far"
            running.send_signal(signal.SIGKILL)

    def part(self) -> Path | None:
        """The file of which a part has come."""
        return next(iter(self.inbox.glob(".offrecord-fetch/*/*.part")), None)

    def leaks(self, done: subprocess.CompletedProcess[str]) -> list[str]:
        """The secrets that are in what was printed, or in any file of inbox and workspace."""
        files = [path for place in (self.inbox, self.workspace) for path in place.rglob("*") if path.is_file()]
        texts = [done.stdout.encode(), done.stderr.encode(), *(path.read_bytes() for path in files)]
        return [secret for secret in SECRETS if any(secret.encode() in text for text in texts)]


def _put(path: Path, value: object) -> None:
    """Whole or not at all: the server reads while tests write."""
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps(value))
    temporary.replace(path)


@pytest.fixture(scope="session")
def platform_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "platform-files", worlds.make_files)


@pytest.fixture
def fetcher(
    tmp_path: Path, platform_files: Path, new_workspace: Callable[[Path], Workspace], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Fetcher]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    site = tmp_path / "site"
    shutil.copytree(platform_files, site / "files")
    _put(site / "world.json", {})
    _put(site / "faults.json", [])
    command = [sys.executable, "-m", "tests.fetch.platform_server", str(site)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            first, second = map(int, running.stdout.readline().split())
            _put(site / "world.json", _world(site / "files", first))
            new_workspace(tmp_path / "ws").db.dispose()
            made = Fetcher(tmp_path, site, (first, second))
            made.inbox.mkdir()
            _write_credentials(made)
            yield made
        finally:
            running.kill()


def _world(files: Path, port: int) -> dict[str, Any]:
    conferences, drive = worlds.meet(files)
    return {
        "logins": {
            "zoom": [worlds.ACCOUNT, "zoom-client-secret", worlds.SECRET],
            "teams": ["tenant", "teams-client-secret", worlds.SECRET],
            "meet": KEY.as_pem(private=False).decode(),
            "refresh": ["google-client-secret", worlds.SECRET, "refresh-secret"],
        },
        "zoom": worlds.zoom(files, port),
        "teams": worlds.teams(),
        "meet": conferences,
        "drive": drive,
    }


def _write_credentials(made: Fetcher) -> None:
    text = TABLES.format(account=worlds.ACCOUNT, secret=worlds.SECRET, port=made.ports[0])
    key = {"client_email": "robot@x.example", "private_key": KEY.as_pem(private=True).decode(), "private_key_id": "k1"}
    for path, content in ((made.credentials, text), (made.root / "key.json", json.dumps(key))):
        path.touch(0o600)
        path.write_text(content)
