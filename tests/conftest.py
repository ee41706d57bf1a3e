"""No test reaches beyond this machine or asserts a time, and in CI property tests try the same cases in each run."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine

from pipeline.media import ocr
from pipeline.settings import FILE_NAME
from pipeline.store import Workspace, database
from pipeline.store.row_seals import Sealer
from tests import database_server, heard_once, object_server
from tests.once import shared_folder

settings.register_profile(
    "offrecord", deadline=None, derandomize=bool(os.environ.get("CI")), suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("offrecord")


LONGEST = (
    "executors/test_contract.py",
    "workflow/erasure/test_withdrawal.py",
    "test_setup.py",
    "end_to_end/test_kill.py",
    "end_to_end/test_night.py",
    "workflow/test_vault_keys.py",
    "end_to_end/test_lifecycle.py",
    "end_to_end/test_first_night.py",
    "executors/test_matrix.py",
    "end_to_end/test_object_storage.py",
    "workflow/test_requests.py",
    "render/test_single_file.py",
    "web/test_review_work.py",
)
"""The files that took longest, 100 to 390 s each of a run with four processes, the last three less, 2026-11-30: none
of them comes last."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files come first, then all with slow tests, so that no core waits at the end for one of them."""
    place = {Path(__file__).parent / name: number for number, name in enumerate(LONGEST)}
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (place.get(item.path, len(place)), item.path not in slow))


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Only sockets to this machine's own processes connect."""
    connect = socket.socket.connect

    def refused(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError("a test tried to reach the network")
        connect(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", refused)
    yield
    patch.undo()


@pytest.fixture(autouse=True, scope="session")
def heard_once_in_a_run(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What sphinx heard in ``heard_once`` is there for every process of the run."""
    heard_once.keep_in(shared_folder(tmp_path_factory) / "heard")


@pytest.fixture(autouse=True)
def no_connections_left() -> Iterator[None]:
    """No test meets what another one has open, or a limit of open files that no command comes near."""
    yield
    database.close_connections()


_LINES = '[speech]\nengine = "sphinx"\n'


class _Maker:
    """Makes workspaces as ``Workspace.create`` does, but by copying one: all of these have the same keys."""

    def __init__(self, folder: Path) -> None:
        self.server: database_server.Server | None = None
        self._made: dict[bool, Workspace] = {}
        self._folder = folder

    def __call__(self, root: Path) -> Workspace:
        made = self._template()
        shutil.copytree(made.root, root)
        if self.server is not None:
            made.db.dispose()
            path = root / FILE_NAME
            url = made.settings.database.url
            path.write_text(path.read_text("utf-8").replace(url, self.server.copied_database(url)), "utf-8")
        return Workspace.open(root)

    def _template(self) -> Workspace:
        on_server = self.server is not None
        if on_server not in self._made:
            self._made[on_server] = Workspace.create(self._folder / ("server" if on_server else "file"), _LINES)
        return self._made[on_server]


@pytest.fixture(scope="session")
def new_workspace(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Workspace]:
    """Makes a workspace as ``Workspace.create`` does, and faster."""
    return _Maker(tmp_path_factory.mktemp("new"))


@pytest.fixture(scope="session")
def running_server() -> Iterator[database_server.Server]:
    """A PostgreSQL server; where none can be installed, its tests are left out and say so."""
    if database_server.programs() is None:
        pytest.skip("PostgreSQL is missing here")
    with database_server.running() as running:
        yield running


@pytest.fixture
def server(running_server: database_server.Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[database_server.Server]:
    """A PostgreSQL server, to which no connection is left after the test."""
    connect, engines = database.connect, list[Engine]()

    def noted(place: Path | str, sealer: Sealer) -> Engine:
        engines.append(connect(place, sealer))
        return engines[-1]

    monkeypatch.setattr(database, "connect", noted)
    yield running_server
    for engine in engines:
        engine.dispose()


@pytest.fixture(params=("sqlite", "postgresql"))
def each_database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, new_workspace: _Maker) -> str:
    """Runs a test on both databases: every workspace that it makes has the one or the other."""
    if request.param == "postgresql":
        server: database_server.Server = request.getfixturevalue("server")
        create = Workspace.create

        def on_server(root: Path, settings: str = "") -> Workspace:
            return create(root, f'{settings}\n[database]\nurl = "{server.new_database()}"\n')

        monkeypatch.setattr(Workspace, "create", on_server)
        monkeypatch.setattr(new_workspace, "server", server)
    kind: str = request.param
    return kind


@pytest.fixture(scope="session")
def text_reader() -> None:
    """Tesseract, which ``make setup`` installs where it can; what happens without it has tests of its own."""
    if ocr.version() is None:
        pytest.skip("tesseract is missing here")


@pytest.fixture(scope="session")
def running_object_server() -> Iterator[object_server.ObjectServer]:
    """An S3 server; where none can be installed, its tests are left out and say so."""
    if not object_server.is_installed():
        pytest.skip("Swift is missing here")
    with object_server.running() as running:
        yield running


@pytest.fixture
def object_storage(
    running_object_server: object_server.ObjectServer, monkeypatch: pytest.MonkeyPatch
) -> object_server.ObjectServer:
    """An S3 server, with its access key in the environment."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", object_server.KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", object_server.SECRET)
    return running_object_server
