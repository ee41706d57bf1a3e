"""``make setup`` in a checkout of its own: from the lock alone, whatever else the index holds by then."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.models.conftest import zipped

ROOT = Path(__file__).parent.parent
FIRST_PIN = re.findall(r"^[a-z0-9-]+==[\d.]+", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE)[0]
OURS = dict(os.environ)
PINS = {"reporter": "1.0", "coverage": "7.0", "toml": "0.9"}
NEWER = {"coverage": "7.1", "reporter": "2.0"}
NEEDS = {"reporter": ("coverage[toml]>=7",), "coverage": ('toml>=0.9; extra == "toml"',)}
BACKEND = '''
"""Builds the one wheel of this checkout: an editable install as pip asks for it."""
import zipfile
from pathlib import Path

def get_requires_for_build_editable(config_settings=None):
    return []

def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    name = "project-0.0-py3-none-any.whl"
    with zipfile.ZipFile(Path(wheel_directory) / name, "w") as archive:
        archive.writestr("project.pth", str(Path.cwd()))
        for file, lines in {
            "METADATA": ["Metadata-Version: 2.1", "Name: project", "Version: 0.0"],
            "WHEEL": ["Wheel-Version: 1.0", "Root-Is-Purelib: true", "Tag: py3-none-any"],
            "RECORD": [],
        }.items():
            archive.writestr(f"project-0.0.dist-info/{file}", "\\n".join([*lines, ""]))
    return name
'''
PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "project"
version = "0.0"
"""


def wheel(name: str, version: str) -> bytes:
    described = [f"Name: {name}", f"Version: {version}", "Provides-Extra: toml"]
    described += [f"Requires-Dist: {needed}" for needed in NEEDS.get(name, ())]
    about = f"{name}-{version}.dist-info"
    return zipped(
        {
            f"{name}.py": f"version = {version!r}\n".encode(),
            f"{about}/METADATA": "\n".join(["Metadata-Version: 2.1", *described, ""]).encode(),
            f"{about}/WHEEL": b"Wheel-Version: 1.0\nGenerator: made\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{about}/RECORD": b"",
        }
    )


def lock(pins: Mapping[str, str]) -> str:
    """A lock as ``make lock`` writes it."""
    digests = {name: hashlib.sha256(wheel(name, version)).hexdigest() for name, version in pins.items()}
    return "".join(f"{name}=={pins[name]} \\\n    --hash=sha256:{digests[name]}\n" for name in pins)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of a small project with our Makefile and set-up, and an index with releases that came later."""
    root, index = tmp_path / "a checkout", tmp_path / "index"
    (root / ".ci").mkdir(parents=True)
    shutil.copyfile(ROOT / "Makefile", root / "Makefile")
    shutil.copyfile(ROOT / ".ci" / "prepare.py", root / ".ci" / "prepare.py")
    (root / "backend.py").write_text(BACKEND)
    (root / "pyproject.toml").write_text(PROJECT)
    (root / "requirements.lock").write_text(lock(PINS))
    for name, version in (*PINS.items(), *NEWER.items()):
        folder = index / name
        folder.mkdir(parents=True, exist_ok=True)
        file = f"{name}-{version}-py3-none-any.whl"
        (folder / file).write_bytes(wheel(name, version))
        (folder / "index.html").write_text(
            "".join(f'<a href="{path.name}">{path.name}</a>' for path in folder.glob("*.whl"))
        )
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    monkeypatch.setenv("PIP_INDEX_URL", index.as_uri())
    return root


def run(folder: Path, *command: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, **options)


def prepare(checkout: Path, *steps: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return run(checkout, sys.executable, ".ci/prepare.py", *(steps or ("environment",)), **options)


def installed(checkout: Path) -> dict[str, str]:
    code = "import importlib.metadata as m; print({d.name: d.version for d in m.distributions()})"
    done = subprocess.run([checkout / ".venv/bin/python", "-I", "-c", code], capture_output=True, text=True, check=True)
    found: dict[str, str] = eval(done.stdout)
    return {name: version for name, version in found.items() if name not in {"pip", "setuptools"}}


def loaded(checkout: Path) -> ModuleType:
    """The set-up of that checkout as a module, for what only a test changes in it."""
    spec = importlib.util.spec_from_file_location("prepare_of_checkout", checkout / ".ci" / "prepare.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_environment_is_the_lock_whatever_the_index_and_the_users_settings_offer(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "constraints.txt").write_text("coverage>=7.1\n")
    monkeypatch.setenv("PIP_CONSTRAINT", str(tmp_path / "constraints.txt"))
    monkeypatch.setenv("PIP_TARGET", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("PIP_USER", "1")
    done = prepare(checkout)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("environment … ok") and done.stdout.count("\n") == 1
    assert installed(checkout) == PINS | {"project": "0.0"}
    assert "Successfully installed" in (checkout / "build" / "setup.log").read_text("utf-8")
    before = (checkout / ".venv" / "pyvenv.cfg").stat().st_mtime_ns
    assert prepare(checkout).stdout == done.stdout
    assert (checkout / ".venv" / "pyvenv.cfg").stat().st_mtime_ns == before, "it was made again"


def test_a_lock_that_is_not_whole_is_said_with_pips_last_lines(checkout: Path) -> None:
    (checkout / "requirements.lock").write_text(lock({name: PINS[name] for name in ("reporter", "toml")}))
    done = prepare(checkout)
    assert done.returncode == 4
    assert (
        "the packages of the lock do not fit together" in done.stderr
        and "reporter 1.0 requires coverage" in done.stderr
    )
    assert str(checkout / "build" / "setup.log") in done.stderr
    assert not (checkout / ".venv" / ".ready").exists()


def test_a_file_that_the_lock_does_not_know_is_not_installed(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "index" / "toml" / "toml-0.9-py3-none-any.whl").write_bytes(wheel("toml", "0.9") + b"\0")
    done = prepare(checkout)
    assert done.returncode == 4 and "pip cannot install the lock" in done.stderr
    assert "DO NOT MATCH THE HASHES" in (checkout / "build" / "setup.log").read_text("utf-8")


def test_a_changed_lock_another_python_and_a_moved_checkout_ask_for_another_environment(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = loaded(checkout)
    seen = {module.fingerprint()}
    (checkout / "requirements.lock").write_text(lock(PINS | {"coverage": "7.1"}))
    seen.add(module.fingerprint())
    (checkout / "pyproject.toml").write_text(PROJECT.replace('"0.0"', '"0.1"'))
    seen.add(module.fingerprint())
    monkeypatch.setattr(module.sys, "version", "3.99")
    seen.add(module.fingerprint())
    monkeypatch.setattr(module, "ROOT", checkout.rename(checkout.with_name("moved")))
    monkeypatch.setattr(module, "LOCK", module.ROOT / "requirements.lock")
    seen.add(module.fingerprint())
    assert len(seen) == 5


def test_a_killed_set_up_is_done_again_from_the_start(checkout: Path) -> None:
    running = subprocess.Popen([sys.executable, ".ci/prepare.py", "environment"], cwd=checkout, start_new_session=True)
    while not (checkout / ".venv" / "bin" / "pip").exists():
        assert running.poll() is None, "it ended before it was killed"
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    assert not (checkout / ".venv" / ".ready").exists()
    half = next((checkout / ".venv" / "lib").glob("*/site-packages")) / "half"
    half.mkdir()
    assert prepare(checkout).returncode == 0
    assert not half.exists() and installed(checkout) == PINS | {"project": "0.0"}


def test_make_calls_the_same_steps_and_an_old_python_is_refused(checkout: Path, tmp_path: Path) -> None:
    old = tmp_path / "python3.9"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    refused = subprocess.run(
        ["make", "setup", f"PYTHON={old}"], cwd=checkout, capture_output=True, text=True, check=False
    )
    assert refused.returncode != 0 and "Python 3.11 or later is needed" in refused.stdout
    dry = run(checkout, "make", "-n", "test")
    assert ".ci/prepare.py environment ffmpeg tesseract models" in dry.stdout
    assert ".ci/prepare.py browser" in dry.stdout


@pytest.mark.parametrize("forbidden", ["", "1"])
def test_byte_code_is_kept_where_the_environment_forbids_it_but_not_beside_the_sources(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forbidden: str
) -> None:
    seen, python = tmp_path / "seen", tmp_path / "python"
    python.write_text(f'#!/bin/sh\necho "[$PYTHONDONTWRITEBYTECODE] $PYTHONPYCACHEPREFIX" > "{seen}"\n')
    python.chmod(0o755)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", forbidden)
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)
    done = run(checkout, "make", "setup", f"PYTHON={python}")
    assert done.returncode == 0, done.stderr
    assert seen.read_text("utf-8").strip() == (f"[] {checkout}/build/bytecode" if forbidden else "[]")


def test_without_a_package_manager_a_tool_that_must_be_there_ends_it_and_another_does_not(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = loaded(checkout)
    monkeypatch.setattr(module.shutil, "which", lambda _: None)
    assert module.main(["tesseract", "browser", "ffmpeg", "environment"]) == 4
    said = capsys.readouterr()
    assert [line.split(" … ")[0] for line in said.out.splitlines()] == ["tesseract", "browser"]
    assert "pictures are left out" in said.out and said.err.startswith("ffmpeg … failed: ffmpeg is not installed")


def test_a_model_that_cannot_be_had_does_not_stop_the_set_up(checkout: Path) -> None:
    program = checkout / ".venv" / "bin" / "offrecord"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho 'a: 1 MB from hub, every digest checked'\necho 'offrecord: no b' >&2\nexit 4\n")
    program.chmod(0o755)
    done = prepare(checkout, "models")
    assert (done.returncode, done.stdout) == (0, "models … a: 1 MB; no b\n")


def reached(requirement: str, folder: Path) -> Path:
    """A wheel from the index that this machine is set up for; skips the test where there is none."""
    options = ["--no-deps", "--quiet", "--timeout=5", "--retries=0", f"--dest={folder}"]
    command = [sys.executable, "-m", "pip", "download", *options, requirement]
    done = subprocess.run(command, env=OURS, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        pytest.skip(f"no package index gives {requirement} here")
    return next(folder.glob("*.whl"))


@pytest.mark.slow
@pytest.mark.parametrize("pip", ["pip==22.3", "pip"], ids=["of Python 3.11.0", "newest"])
def test_it_is_the_lock_with_the_oldest_and_the_newest_pip(checkout: Path, tmp_path: Path, pip: str) -> None:
    module = loaded(checkout)
    vars(module)["PIP"] = (str(module.PYTHON), str(reached(pip, tmp_path / "pip") / "pip"))
    assert module.main(["environment"]) == 0
    assert installed(checkout) == PINS | {"project": "0.0"}


@pytest.mark.slow
def test_the_real_lock_makes_an_environment_in_which_the_program_runs(tmp_path: Path) -> None:
    reached(FIRST_PIN, tmp_path / "probe")
    root = tmp_path / "checkout"
    for name in (".ci", "models", "pipeline"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "requirements.lock", "README.md", "LICENSE"):
        shutil.copyfile(ROOT / name, root / name)
    done = subprocess.run(
        [sys.executable, ".ci/prepare.py", "environment"],
        cwd=root,
        env=OURS,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    ran = subprocess.run(
        [root / ".venv/bin/offrecord", "models", "verify"], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
