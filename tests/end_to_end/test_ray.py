"""A night on a Ray cluster of this machine: the outputs are those of local processes, and the second night is idle."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clock import LAUNCH
from tests.end_to_end.conftest import AT_ONCE, offrecord
from tests.end_to_end.test_kill import counted
from tests.end_to_end.test_night import tree
from tests.end_to_end.unbroken_night import WORKED, unbroken_night
from tests.executors.contract import in_own_network
from tests.vault_files import originals

pytestmark = pytest.mark.slow

_ALONE = f"from tests.executors.contract import raise_loopback\nraise_loopback()\n{LAUNCH}"


def on_ray(inbox: Path, root: Path, temporary: Path) -> subprocess.CompletedProcess[str]:
    """A run in a network that reaches nothing, with its own folder for temporary files."""
    command = in_own_network([sys.executable, "-c", _ALONE, "run", str(inbox), "-w", str(root), "--executor", "ray"])
    settings = os.environ | AT_ONCE | {"OFFRECORD_RUN__WORKERS": "2", "TMPDIR": str(temporary)}
    return subprocess.run(command, env=settings, capture_output=True, text=True, check=False, timeout=1800)


def test_a_night_on_ray_gives_what_local_processes_give(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    night, temporary = unbroken_night(tmp_path_factory), Path("/tmp") / f"t{os.getpid()}"
    inbox, local, ray = night.inbox, night.whole, night.workspace(tmp_path / "ray")
    temporary.mkdir(mode=0o700)  # not pytest's: the path of a socket has at most 107 characters
    try:
        done = on_ray(inbox, ray, temporary)
        assert done.returncode == 3, done.stderr
        assert len(list(ray.glob("out/*/internal/proof.json"))) == len(WORKED)
        assert tree(ray / "out") == tree(local / "out")
        assert originals(ray) == originals(local) and counted(ray) == counted(local)
        assert list((ray / "scratch").iterdir()) == []
        assert not list((ray / "stages").glob("hand_over/*")), "what workers handed over stays no longer than needed"
        assert not list(temporary.glob("offrecord-*")), "Ray's own folder goes with the run"
        assert offrecord("verify", "--workspace", ray).returncode == 0
    finally:
        shutil.rmtree(temporary)
