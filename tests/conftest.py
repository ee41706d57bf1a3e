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

from pipeline.media import ocr
from pipeline.store import Workspace

settings.register_profile(
    "offrecord", deadline=None, derandomize=bool(os.environ.get("CI")), suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("offrecord")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first, so that no core waits at the end for the slowest file."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


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


@pytest.fixture(scope="session")
def new_workspace(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Workspace]:
    """Makes a workspace as ``Workspace.create`` does, but by copying one: all of these have the same keys."""
    made = Workspace.create(tmp_path_factory.mktemp("new") / "ws", '[speech]\nengine = "sphinx"\n')
    made.db.dispose()

    def copied(root: Path) -> Workspace:
        return Workspace.open(shutil.copytree(made.root, root))

    return copied


@pytest.fixture(scope="session")
def text_reader() -> None:
    """Tesseract, which ``make setup`` installs where it can; what happens without it has tests of its own."""
    if ocr.version() is None:
        pytest.skip("tesseract is missing here")
