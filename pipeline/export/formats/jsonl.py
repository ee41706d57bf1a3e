"""JSON Lines, for machines: every text as it is."""

from __future__ import annotations

import json

from pipeline.export.formats.options import ExportOptions
from pipeline.export.report import RequestReport
from pipeline.export.tables import flat_table


def render(report: RequestReport, options: ExportOptions) -> bytes:
    """One object a line, its keys in the order of the columns."""
    table = flat_table(report, grouped=options.grouped)
    rows = (json.dumps(dict(zip(table.names, row, strict=True)), ensure_ascii=False) for row in table.rows)
    return "".join(f"{row}\n" for row in rows).encode()
