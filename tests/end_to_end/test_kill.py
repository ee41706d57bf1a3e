"""Kill the run at any moment, run it to the end: the outputs are those of an unbroken run."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.clock import LAUNCH
from tests.end_to_end.conftest import offrecord
from tests.end_to_end.test_night import tree
from tests.end_to_end.unbroken_night import unbroken_night
from tests.vault_files import originals

pytestmark = pytest.mark.slow

AT_THE_START, LATER = 5, 15
# A second worker would spend most of a short life on its imports, and be killed as the first one is.
ENVIRONMENT = {"OFFRECORD_RUN__STABLE_FOR_S": "0", "OFFRECORD_RUN__WORKERS": "1"}


def killed(inbox: Path, root: Path, after_s: float) -> bool:
    """Starts a run and kills its whole process group; False when it ended before."""
    command = [sys.executable, "-c", LAUNCH, "run", str(inbox), "-w", str(root)]
    with subprocess.Popen(
        command,
        env=os.environ | ENVIRONMENT,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            process.wait(after_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return True
    return False


def killed_at_work(inbox: Path, root: Path, seconds: Sequence[float]) -> int:
    """The same without the start of a program, which does nothing to a workspace; how many were caught."""
    command = [sys.executable, "-m", "tests.end_to_end.killed_runs", str(inbox), str(root), *map(str, seconds)]
    done = subprocess.run(command, env=os.environ | ENVIRONMENT, capture_output=True, text=True, check=True)
    return int(done.stdout)


def counted(root: Path) -> dict[str, int]:
    """How many rows the tables hold that must not grow with each try; a run's start is noted at every try."""
    engine = create_engine(f"sqlite:///{root / 'offrecord.db'}")
    with engine.connect() as connection:
        rows = {
            table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in ("session", "entry", "result", "consent_event")
        }
        beside_starts = text("SELECT count(*) FROM ledger WHERE kind != 'clock'")
        rows["ledger"] = connection.execute(beside_starts).scalar_one()
    engine.dispose()
    return rows


def test_twenty_kills_change_nothing(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    night = unbroken_night(tmp_path_factory)
    inbox, whole, broken = night.inbox, night.whole, night.workspace(tmp_path / "broken")
    chance = random.Random(20261122)
    kills = sum(killed(inbox, broken, chance.uniform(0.3, 3.0)) for _ in range(AT_THE_START))
    # What a killed run kept the next one has: a third of a night for each goes through all of it before the last.
    kills += killed_at_work(inbox, broken, [chance.uniform(0.3, night.taken_s * 0.3) for _ in range(LATER)])
    assert kills >= 8, "too few runs were caught in the middle"
    assert offrecord("run", inbox, "--workspace", broken).returncode == 3
    assert tree(broken / "out") == tree(whole / "out")
    assert originals(broken) == originals(whole)
    assert counted(broken) == counted(whole)
    assert list((broken / "scratch").iterdir()) == []
    verified = offrecord("verify", "--workspace", broken, "--json")
    assert verified.returncode == 0, verified.stdout
    assert "orphans" in verified.stdout
    orphans = next(row for row in json.loads(verified.stdout) if "orphans" in row["what"])
    assert orphans["found"] == "none"
