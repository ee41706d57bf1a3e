"""Parquet, for data people; needs the extra ``parquet``. The one door to pyarrow."""

from __future__ import annotations

import io

from pipeline.errors import ConfigurationError
from pipeline.export.formats.options import ExportOptions
from pipeline.export.report import RequestReport
from pipeline.export.tables import flat_table


def render(report: RequestReport, options: ExportOptions) -> bytes:
    """One table, every text as it is; raises ``ConfigurationError`` where pyarrow is not installed."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise ConfigurationError(
            "Parquet needs pyarrow, which is not installed", action="pip install 'offrecord[parquet]'"
        ) from error
    table = flat_table(report, grouped=options.grouped)
    types = {str: pyarrow.string(), int: pyarrow.int64(), float: pyarrow.float64(), bool: pyarrow.bool_()}
    schema = pyarrow.schema([(name, types[kind]) for name, kind in table.columns])
    columns = list(zip(*table.rows, strict=True)) or [()] * len(table.columns)
    arrays = [pyarrow.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
    out = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_arrays(arrays, schema=schema), out, compression="zstd")
    return out.getvalue()
