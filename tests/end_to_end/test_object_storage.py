"""A night with its originals in a bucket: what comes out is what comes out of the folder, killed or throttled."""

from __future__ import annotations

import random
from functools import partial
from pathlib import Path

import pytest

from pipeline.store import Workspace
from tests.end_to_end.conftest import SPHINX, offrecord
from tests.end_to_end.test_kill import counted, killed
from tests.end_to_end.test_night import tree
from tests.end_to_end.unbroken_night import unbroken_night
from tests.fault_proxy import Fault, between
from tests.object_server import SECRET, ObjectServer
from tests.vault_files import originals

pytestmark = pytest.mark.slow

KILLS = 2


def test_a_night_over_a_bucket_is_that_over_the_folder(
    object_storage: ObjectServer, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    night, bucket = unbroken_night(tmp_path_factory), object_storage.new_bucket()
    inbox, whole = night.inbox, night.whole
    broken, throttled = night.workspace(tmp_path / "broken"), night.workspace(tmp_path / "throttled")
    (broken / "offrecord.toml").write_text(f"{SPHINX}\n{object_storage.lines(bucket)}", "utf-8")

    chance = random.Random(20261129)
    kills = sum(killed(inbox, broken, chance.uniform(0.5, night.taken_s * 0.8)) for _ in range(KILLS))
    assert kills, "the run was never caught in the middle"
    assert offrecord("run", inbox, "--workspace", broken).returncode == 3
    same_as_the_folder(whole, broken)
    assert len(object_storage.blobs(bucket)) == len(originals(whole)) + 1, "each once, and the mark"

    with between(object_storage) as (proxy, server):
        lines = server.lines(server.new_bucket(), retry_for_s=0.5)
        (throttled / "offrecord.toml").write_text(f"{SPHINX}\n{lines}", "utf-8")
        for answered in (8, 16):
            proxy.decide = partial(throttles_after, answered)
            proxy.done.clear()
            stopped = offrecord("run", inbox, "--workspace", throttled)
            assert (stopped.returncode, "object storage does not answer" in stopped.stderr) == (75, True), (
                stopped.stderr
            )
            assert SECRET not in stopped.stdout + stopped.stderr
        proxy.decide = lambda method, path, number: None
        assert offrecord("run", inbox, "--workspace", throttled).returncode == 3
        same_as_the_folder(whole, throttled)
    logs = [path.read_bytes() for root in (broken, throttled) for path in root.rglob("*") if path.is_file()]
    assert not any(SECRET.encode() in content for content in logs)


def throttles_after(answered: int, method: str, path: str, number: int) -> Fault | None:
    return Fault.SLOW_DOWN if number > answered else None


def same_as_the_folder(whole: Path, other: Path) -> None:
    assert tree(other / "out") == tree(whole / "out")
    assert originals(other) == originals(whole)
    assert counted(other) == counted(whole)
    assert list((other / "vault").rglob("*.sealed")) == []
    assert Workspace.open(other).vault.files().unknown_blobs == 0
    verified = offrecord("verify", "--workspace", other, "--json")
    assert verified.returncode == 0, verified.stdout
