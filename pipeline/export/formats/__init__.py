"""The formats of an export, one module each: a report in, bytes out."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from pipeline.export.formats.options import ExportOptions
from pipeline.export.report import RequestReport

FORMATS = ("csv", "xlsx", "jsonl", "parquet", "html")
"""Every format by name, which is its module and the ending of its files."""


def render(report: RequestReport, name: str, options: ExportOptions) -> bytes:
    """A report in one format; the same report has the same bytes. Loads the format's library only now."""
    written: Callable[[RequestReport, ExportOptions], bytes] = import_module(f"pipeline.export.formats.{name}").render
    return written(report, options)
