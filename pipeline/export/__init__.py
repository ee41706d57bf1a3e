"""Hands feature requests to product managers: consent read again at the door, counts honest, every text harmless."""

from pipeline.export.collect import Collected, Item, collect
from pipeline.export.report import RequestReport, Selection, report

__all__ = ["Collected", "Item", "RequestReport", "Selection", "collect", "report"]
