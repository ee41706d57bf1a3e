"""What is kept: the database, the vault of sealed media, the stage results and the append-only ledger."""

from pipeline.store.workspace import Workspace

__all__ = ["Workspace"]
