"""The fence: a worker whose run is over, or whose attempt was given up, writes nothing any more.

Whoever takes the lock of a workspace begins an epoch. Every write transaction of the holder and of its workers reads,
within itself, whether their epoch is still the one in force and their attempt was not given up; writers take turns, so
that neither can change until it is committed. An epoch is a random number: one of a restored backup is no earlier one.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, delete, event, select

from pipeline.errors import RunFenced
from pipeline.store.database import reading
from pipeline.store.tables.fences import fence

_RUN = "run"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a task, in the epoch of a run; the run itself has no task."""

    epoch: str
    task: str = ""
    number: int = 1

    @property
    def name(self) -> str:
        """The task and the number of the try."""
        return f"{self.task}/{self.number}"

    @property
    def scratch_name(self) -> str:
        """The folder of what it makes, below the workspace's own for such."""
        return f"{self.epoch[:8]}-{self.task}-{self.number}"


class Fence:
    """The fence of one open workspace; whoever entered no attempt, as the review app, is not held by it."""

    def __init__(self, db: Engine) -> None:
        self._db = db
        self.attempt: Attempt | None = None
        event.listen(db, "begin", self._check_write)

    def begin_epoch(self) -> Attempt:
        """Shuts out every run before; the attempt of the one that begins. Only under the lock of the workspace."""
        begun = Attempt(secrets.token_hex(16))
        with self._db.begin() as connection:
            connection.execute(delete(fence))
            connection.execute(fence.insert().values(name=_RUN, value=begun.epoch))
        return begun

    @contextmanager
    def entered(self, attempt: Attempt) -> Iterator[None]:
        """Writes within the block are those of an attempt."""
        before, self.attempt = self.attempt, attempt
        try:
            yield
        finally:
            self.attempt = before

    def give_up(self, attempt: Attempt) -> None:
        """Shuts out one attempt: its worker may come back later, and somebody else has its task then."""
        with self._db.begin() as connection:
            there = connection.execute(select(fence.c.name).where(fence.c.name == attempt.name)).first()
            if there is None:
                connection.execute(fence.insert().values(name=attempt.name, value=attempt.epoch))

    def check(self) -> None:
        """Raises ``RunFenced`` where the attempt that was entered may not write any more."""
        if self.attempt is not None:
            with reading(self._db) as connection:
                _require(connection, self.attempt)

    def _check_write(self, connection: Connection) -> None:
        options = connection.get_execution_options()
        writes = not options.get("reads_only", False) and options.get("isolation_level") != "AUTOCOMMIT"
        if self.attempt is not None and writes:
            _require(connection, self.attempt)


def _require(connection: Connection, attempt: Attempt) -> None:
    query = select(fence.c.name, fence.c.value).where(fence.c.name.in_((_RUN, attempt.name)))
    if {row.name: row.value for row in connection.execute(query)} != {_RUN: attempt.epoch}:
        raise RunFenced()
