"""Hands requests and discoveries to product managers."""

from pipeline.export.export import Exported, Item, export

__all__ = ["Exported", "Item", "export"]
