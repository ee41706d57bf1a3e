"""Whoever's run is over, or whose try was given up, writes nothing more: no row and no rendition."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import RunFenced
from pipeline.records import Audience
from pipeline.store import Workspace
from pipeline.store.fence import Attempt
from pipeline.store.tables.fences import fence

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def workspace(tmp_path: Path, new_workspace: Callable[[Path], Workspace]) -> Workspace:
    return new_workspace(tmp_path / "ws")


def worker(workspace: Workspace) -> Workspace:
    """The workspace as another process opens it."""
    return Workspace.open(workspace.root)


def test_a_worker_writes_while_its_run_has_the_workspace_and_not_after(workspace: Workspace) -> None:
    zombie = worker(workspace)
    with workspace.locked() as begun, zombie.attempting(Attempt(begun.epoch, "s", 1)):
        zombie.ledger.append("kind", "in time", {})
    with zombie.attempting(Attempt(begun.epoch, "s", 1)):
        zombie.ledger.append("kind", "nobody else began yet", {})
        with workspace.locked(), pytest.raises(RunFenced):
            zombie.ledger.append("kind", "late", {})
        with pytest.raises(RunFenced):
            zombie.ledger.append("kind", "later", {})
    assert [key for key, _ in workspace.ledger.under("kind", "")] == ["in time", "nobody else began yet"]


def test_an_attempt_that_was_given_up_is_shut_out_and_the_next_one_is_not(workspace: Workspace) -> None:
    zombie, other = worker(workspace), worker(workspace)
    with workspace.locked() as begun:
        first, second = (Attempt(begun.epoch, "s", number) for number in (1, 2))
        workspace.fence.give_up(first)
        workspace.fence.give_up(first)
        with zombie.attempting(first), pytest.raises(RunFenced):
            zombie.ledger.append("kind", "first", {})
        with other.attempting(second):
            other.ledger.append("kind", "second", {})
        with other.attempting(Attempt(begun.epoch, "t", 1)):
            other.ledger.append("kind", "neighbour", {})
        workspace.ledger.append("kind", "the run itself", {})


def test_a_run_that_lost_its_lock_is_shut_out_by_the_next(workspace: Workspace) -> None:
    taken_over = worker(workspace)
    with workspace.locked():
        taken_over.fence.begin_epoch()
        with pytest.raises(RunFenced):
            workspace.ledger.append("kind", "late", {})
        with pytest.raises(RunFenced):
            workspace.fence.check()
        workspace.heads.keep_all(workspace.db)


def test_a_zombie_takes_nothing_back(workspace: Workspace) -> None:
    zombie = worker(workspace)
    with workspace.locked() as begun:
        pass
    (workspace.out / "s" / "internal").mkdir(parents=True)
    with workspace.locked(), zombie.attempting(begun), pytest.raises(RunFenced):
        zombie.retract("s", Audience.INTERNAL)
    assert (workspace.out / "s" / "internal").is_dir()


def test_whoever_is_no_part_of_a_run_writes_on(workspace: Workspace) -> None:
    reviewer = worker(workspace)
    with workspace.locked():
        reviewer.ledger.append("kind", "decided", {})
    reviewer.ledger.append("kind", "decided again", {})


def test_an_epoch_that_is_gone_or_another_shuts_out(workspace: Workspace) -> None:
    with workspace.locked():
        with worker(workspace).db.begin() as connection:
            connection.execute(fence.delete())
        with pytest.raises(RunFenced):
            workspace.ledger.append("kind", "late", {})


def test_each_try_has_a_scratch_folder_of_its_own_which_goes_with_it(workspace: Workspace) -> None:
    scratch = workspace.scratch
    with workspace.locked() as begun:
        with workspace.attempting(Attempt(begun.epoch, "s", 1)):
            first = workspace.scratch
            (first / "half").touch()
        with workspace.attempting(Attempt(begun.epoch, "s", 2)):
            assert workspace.scratch not in (first, scratch) and workspace.scratch.parent == scratch
    assert workspace.scratch == scratch and list(scratch.iterdir()) == []
