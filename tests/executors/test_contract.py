"""Whatever happens to workers, machines and the coordinator: nothing is lost, nothing done twice, nothing let out."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

import pytest

from tests import database_server
from tests.executors.contract import FAULTS, ON_ONE_MACHINE, POSTGRESQL, SQLITE, Counts, Secrecy, contract_of

pytestmark = pytest.mark.slow

ON_A_SERVER = ("zombie", "coordinator killed")
"""Where a database on a server does something else: its lock goes with a connection. The bench has all faults on it."""
CASES = [
    *(("local", SQLITE, fault) for fault in ON_ONE_MACHINE),
    *(("local", POSTGRESQL, fault) for fault in ON_A_SERVER),
    *(("ray", SQLITE, fault) for fault in FAULTS),
]
SESSIONS = 12
BECOMES = {"poison": "quarantined", "raises": "failed"}
"""What becomes of a faulty session after its nights; it is done after every other fault."""


@cache
def contract(executor: str, database: str) -> list[Counts | Secrecy] | AssertionError:
    """The contract on one executor and database, once, also where it fails; a cluster is started once for it."""
    assert find_spec("ray"), "Ray is not installed: make setup installs it"
    try:
        return list(contract_of(executor, database, ON_A_SERVER if database == POSTGRESQL else ()))
    except AssertionError as error:
        return error


def outcomes(executor: str, database: str) -> list[Counts | Secrecy]:
    if database == POSTGRESQL and database_server.programs() is None:
        pytest.skip("PostgreSQL is missing here")
    found = contract(executor, database)
    if isinstance(found, AssertionError):
        raise found
    return found


@pytest.mark.parametrize(("executor", "database", "fault"), CASES)
def test_a_fault_costs_its_own_session_at_most(executor: str, database: str, fault: str) -> None:
    (counts,) = (each for each in outcomes(executor, database) if isinstance(each, Counts) and each.fault == fault)
    assert (counts.lost, counts.doubled, counts.let_out) == (0, 0, 0)
    assert counts.hurt == 0, "a neighbour failed, or was charged with a try"
    assert counts.faulty == BECOMES.get(fault, "done")
    assert counts.done == SESSIONS - (fault in BECOMES)
    if fault in ("zombie", "hang"):
        assert counts.came_back == 1 and counts.refused == 1
    if fault in ("kill once", "zombie"):
        assert counts.tries == SESSIONS + 1, "only the session whose worker died was tried again"


def test_nothing_of_what_workers_make_is_in_ray() -> None:
    (found,) = (each for each in outcomes("ray", SQLITE) if isinstance(each, Secrecy))
    assert found.sent_in, "what is sent through Ray on purpose is not found, so this shows nothing"
    assert found.secret_in == []
