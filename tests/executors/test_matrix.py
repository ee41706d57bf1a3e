"""A sample of the kills that ``python -m tests.benchmarks faults`` makes: nothing lost, doubled or let out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from tests import database_server, object_server
from tests.executors.matrix import Killed, matrix, place_of
from tests.executors.night_faults import FOLDERS, access_key, bad_answers
from tests.executors.stand_in_line import STAGES
from tests.fault_proxy import Fault

pytestmark = pytest.mark.slow

SAMPLE = {("local", "postgresql"): STAGES, ("ray", "bucket"): ("ingest", "publish", "hand over")}
CASES = [(executor, store, stage) for (executor, store), stages in SAMPLE.items() for stage in stages]


@cache
def rows(executor: str, store: str, stages: Sequence[str]) -> list[Killed] | AssertionError:
    """The rows of one executor over one store, once, also where it fails."""
    try:
        with place_of(store) as place:
            return list(matrix(executor, place, kills=1, coordinators=0, stages=stages))
    except AssertionError as error:
        return error


@pytest.mark.parametrize(("executor", "store", "stage"), CASES)
def test_a_worker_killed_at_the_end_of_a_stage_costs_nothing(executor: str, store: str, stage: str) -> None:
    installed = database_server.programs() if store == "postgresql" else object_server.is_installed()
    if not installed:
        pytest.skip(f"the server of the {store} is missing here")
    found = rows(executor, store, SAMPLE[executor, store])
    if isinstance(found, AssertionError):
        raise found
    (row,) = (each for each in found if each.stage == stage)
    assert (row.kills, row.done) == (1, 1), "it was not killed there, or not done after it"
    assert (row.lost, row.doubled, row.let_out) == (0, 0, 0)


def test_a_night_whose_answers_from_a_bucket_are_lost_loses_and_doubles_nothing(tmp_path: Path) -> None:
    if not object_server.is_installed():
        pytest.skip("Swift is missing here")
    with place_of("bucket") as place, access_key():
        stopped = bad_answers(Fault.LOST, tmp_path / "ws", place)
    after = stopped.after
    assert (after.done, after.lost, after.doubled, after.let_out) == (len(FOLDERS), 0, 0, 0)
    assert stopped.codes[-1] == 0
