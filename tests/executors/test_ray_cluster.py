"""What is refused before anything is sent to a cluster: no token, no server, no Ray; and what waits for room."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.errors import ConfigurationError
from pipeline.executors import RayExecutor
from pipeline.executors.ray_cluster import require_token
from pipeline.files import mounts
from pipeline.reports.doctor import examine
from pipeline.settings import FILE_NAME
from pipeline.settings.ray import RaySettings
from pipeline.store import Workspace
from pipeline.workflow.run_executor import executor_named

REMOTE = RaySettings(address="head:6379")


@pytest.fixture(autouse=True)
def no_token(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.fixture
def workspace(tmp_path: Path, new_workspace: Callable[[Path], Workspace]) -> Workspace:
    return new_workspace(tmp_path / "ws")


def with_lines(workspace: Workspace, lines: str) -> Workspace:
    path = workspace.root / FILE_NAME
    path.write_text(f"{path.read_text('utf-8')}\n{lines}\n", "utf-8")
    return Workspace.open(workspace.root)


@pytest.mark.parametrize(
    ("variables", "wrong"),
    [
        ({}, True),
        ({"RAY_AUTH_MODE": "token"}, True),
        ({"RAY_AUTH_TOKEN": "secret"}, True),
        ({"RAY_AUTH_MODE": "disabled", "RAY_AUTH_TOKEN": "secret"}, True),
        ({"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN_PATH": "missing"}, True),
        ({"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "secret"}, False),
    ],
)
def test_a_cluster_that_others_reach_needs_a_token(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], wrong: bool
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    require_token(RaySettings())
    if wrong:
        with pytest.raises(ConfigurationError, match="RAY_AUTH_MODE=token"):
            require_token(REMOTE)
        with pytest.raises(ConfigurationError, match="RAY_AUTH_MODE=token"):
            list(RayExecutor(REMOTE)([1], str, workers=1, timeout_s=1))
    else:
        require_token(REMOTE)


def test_a_token_in_a_file_counts_unless_it_is_empty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    place = tmp_path / "home" / ".ray" / "auth_token"
    place.parent.mkdir(parents=True)
    place.write_text(" \n")
    with pytest.raises(ConfigurationError):
        require_token(REMOTE)
    place.write_text("secret")
    require_token(REMOTE)


def test_the_doctor_refuses_a_cluster_without_a_token_and_a_file_as_its_database(workspace: Workspace) -> None:
    on_cluster = with_lines(workspace, '[ray]\naddress = "head:6379"')
    refused = {each.what: each.action for each in examine(on_cluster) if not each.ok}
    assert "RAY_AUTH_MODE=token" in refused["Ray"] and "offrecord db copy" in refused["database"]
    alone = {each.what: each for each in examine(workspace)}
    assert alone["Ray"].ok and alone["database"].ok


def test_the_doctor_says_what_every_machine_needs(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setenv("RAY_AUTH_TOKEN", "secret")
    on_cluster = with_lines(workspace, '[ray]\naddress = "head:6379"')
    (ray,) = (each for each in examine(on_cluster) if each.what == "Ray")
    assert ray.ok and "PostgreSQL" in ray.hint and "folder of the workspace" in ray.hint


def test_a_run_on_several_machines_needs_a_server(workspace: Workspace) -> None:
    on_cluster = with_lines(workspace, '[ray]\naddress = "head:6379"')
    done = CliRunner().invoke(main, ["run", "-w", str(on_cluster.root), "--executor", "ray"])
    assert done.exit_code == 4 and "db copy" in done.output


@pytest.mark.parametrize("name", ["local", "inline", "ray"])
def test_a_file_on_a_network_file_system_is_refused(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    table = tmp_path / "mountinfo"
    lines = ["1 0 8:1 / / rw shared:1 - ext4 /dev/sda rw", f"2 1 0:9 / {tmp_path} rw - nfs4 server:/x rw"]
    table.write_text("\n".join(lines))
    monkeypatch.setattr(mounts, "_MOUNTS", table)
    with pytest.raises(ConfigurationError, match="nfs4"):
        executor_named(name, workspace)
    table.write_text("\n".join([*lines, f"3 1 0:9 / {tmp_path} rw - ext4 /dev/sdb rw"]))
    executor_named(name, workspace)


def test_where_ray_is_not_installed_a_person_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ConfigurationError, match="offrecord\\[ray\\]"):
        list(RayExecutor(RaySettings())([1], str, workers=1, timeout_s=1))


def test_plaintext_holds_back_what_would_make_more_of_it(workspace: Workspace) -> None:
    executor = executor_named("ray", with_lines(workspace, "[ray]\nplaintext_limit_mb = 1"))
    assert isinstance(executor, RayExecutor) and executor.has_room()
    folder = workspace.scratch / "x"
    folder.mkdir()
    (folder / "half.mp4").write_bytes(bytes(1_000_001))
    assert not executor.has_room()
    (folder / "half.mp4").unlink()
    opened = workspace.vault.opened_folder / "1"
    opened.mkdir(parents=True)
    (opened / "sound").write_bytes(bytes(1_000_001))
    assert not executor.has_room()


def test_nothing_to_do_starts_no_cluster() -> None:
    assert list(RayExecutor(RaySettings())([], str, workers=1, timeout_s=1)) == []
    ray = sys.modules.get("ray")
    assert ray is None or not ray.is_initialized()
