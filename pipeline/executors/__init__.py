"""How work is spread over processes; one task lost never takes another with it."""

from pipeline.executors.local import Done, Lost, spread

__all__ = ["Done", "Lost", "spread"]
