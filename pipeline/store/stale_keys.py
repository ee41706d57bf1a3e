"""Owners whose data key is still to be replaced by a new one: the list of a re-encryption, which survives a kill."""

from __future__ import annotations

from collections.abc import Collection

from pipeline.store.key_ring import WAITING, KeyRing

_IS_THERE = "SELECT 1 FROM sqlite_master WHERE name = 'stale_key'"


class StaleKeys:
    """These owners, beside the data keys of one key ring; what gets a key after the beginning is none of them."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    @property
    def has_begun(self) -> bool:
        """Whether a re-encryption was begun and has not ended."""
        with self._ring.connected() as connection:
            return connection.execute(_IS_THERE).fetchone() is not None

    def begin(self) -> None:
        """Lists everybody who has a data key now, in the place of a list that was begun before."""
        with self._ring.writing() as connection:
            connection.execute("DROP TABLE IF EXISTS stale_key")
            connection.execute("CREATE TABLE stale_key (owner TEXT PRIMARY KEY) WITHOUT ROWID")
            query = "INSERT INTO stale_key SELECT owner FROM data_key WHERE substr(owner, -length(?)) <> ?"
            connection.execute(query, (WAITING, WAITING))

    def owners(self) -> list[str]:
        """Those that are left, in order; none where no re-encryption was begun."""
        if not self.has_begun:
            return []
        with self._ring.connected() as connection:
            return [owner for (owner,) in connection.execute("SELECT owner FROM stale_key ORDER BY owner")]

    def forget(self, owners: Collection[str]) -> None:
        """Strikes out owners that have a new data key, or none any more."""
        with self._ring.writing() as connection:
            connection.executemany("DELETE FROM stale_key WHERE owner = ?", [(owner,) for owner in owners])

    def end(self) -> None:
        """Ends the re-encryption: the next one begins with everybody."""
        with self._ring.writing() as connection:
            connection.execute("DROP TABLE IF EXISTS stale_key")
