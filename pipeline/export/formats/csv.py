"""CSV (RFC 4180, UTF-8, CR LF), in which no text reads as a formula, whatever delimiter it is opened with."""

from __future__ import annotations

import csv
import io

from pipeline.export.formats.options import ExportOptions
from pipeline.export.neutralise import for_spreadsheet
from pipeline.export.report import RequestReport
from pipeline.export.tables import Table, Value, flat_table

_MARK = "\ufeff"


def render(report: RequestReport, options: ExportOptions) -> bytes:
    """One table with a header; texts are quoted, so that a delimiter of another country parts none."""
    return table_as_csv(flat_table(report, grouped=options.grouped), options)


def table_as_csv(table: Table, options: ExportOptions) -> bytes:
    """A table as CSV; with ``excel`` it begins with the mark that tells Excel that it is UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=options.delimiter, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(table.names)
    writer.writerows([_shown(value, options) for value in row] for row in table.rows)
    return ((_MARK if options.excel else "") + out.getvalue()).encode()


def _shown(value: Value, options: ExportOptions) -> Value:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value if options.raw else for_spreadsheet(value)
    return "" if value is None else value
