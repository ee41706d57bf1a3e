"""Opens every export with the programs that people open them with, as far as they are installed here.

    python -m tests.export.open_with        or: make check-exports

LibreOffice opens CSV, as with , so with ; as delimiter, told to evaluate formulas, and the workbook, and saves what it
understood; pandas reads CSV, workbook, JSON Lines and Parquet; csvkit's csvclean lints the CSV. Every text that was
hostile must be a text in each, and the same CSV without our apostrophes must have formulas, or LibreOffice proves
nothing. What is not installed is named. Exits with 1 where a program sees something that it should not.
"""

from __future__ import annotations

import importlib.util
import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import openpyxl

from pipeline.export.column_maps import TARGETS, read_map
from pipeline.export.column_maps import render as render_map
from pipeline.export.formats import render
from pipeline.export.formats.options import ExportOptions
from pipeline.export.tables import mention_table
from tests.export.made import HOSTILE, hostile_report

DELIMITERS = (",", ";")
_TIMEOUT_S = 300
_TRUTHS = ("=TRUE()", "=FALSE()")
"""How LibreOffice saves true and false."""
# Separator, quotes, UTF-8, first line, "" formats, language, quoted is text: no, numbers, as shown, formulas, spaces,
# sheet, evaluate formulas: yes. https://help.libreoffice.org/latest/en-US/text/shared/guide/csv_params.html
_IMPORT = "CSV:{},34,76,1,,0,false,true,false,false,false,0,true"


def main() -> int:
    """Print a line for each program and file."""
    problems = 0
    with tempfile.TemporaryDirectory() as folder:
        for program, file, problem in _opened(Path(folder)):
            problems += bool(problem)
            sys.stdout.write(f"{program:12} {file:28} {problem or 'ok'}\n")
    return 1 if problems else 0


def _opened(folder: Path) -> Iterator[tuple[str, str, str]]:
    csvs = dict(_csv_files(folder))
    workbook, parquet = folder / "requests.xlsx", folder / "requests.parquet"
    workbook.write_bytes(render(hostile_report(), "xlsx", ExportOptions()))
    if shutil.which("soffice"):
        yield from _libreoffice(csvs, workbook, folder)
    else:
        yield "LibreOffice", "", "not installed: apt-get install --no-install-recommends libreoffice-calc"
    if shutil.which("csvclean"):
        for path, delimiter in csvs.items():
            yield "csvclean", path.name, _linted(path, delimiter)
    else:
        yield "csvclean", "", "not installed: pip install csvkit"
    if importlib.util.find_spec("pandas"):
        if importlib.util.find_spec("pyarrow"):
            parquet.write_bytes(render(hostile_report(), "parquet", ExportOptions()))
        yield from _pandas(csvs, workbook, parquet)
    else:
        yield "pandas", "", "not installed: pip install pandas pyarrow"


def _csv_files(folder: Path) -> Iterator[tuple[Path, str]]:
    for number, delimiter in enumerate(DELIMITERS):
        options = ExportOptions(delimiter=delimiter)
        contents = {
            "quotes": render(hostile_report(), "csv", options),
            "groups": render(hostile_report(), "csv", ExportOptions(delimiter=delimiter, grouped=True)),
            **{name: render_map(hostile_report(), read_map(name), options)[0] for name in TARGETS},
        }
        for name, content in contents.items():
            path = folder / f"{name}-{number}.csv"
            path.write_bytes(content)
            yield path, delimiter


def _libreoffice(csvs: dict[Path, str], workbook: Path, folder: Path) -> Iterator[tuple[str, str, str]]:
    raw = folder / "raw.csv"
    raw.write_bytes(render(hostile_report(), "csv", ExportOptions(raw=True)))
    for opened in DELIMITERS:
        saved = _saved([raw, *csvs], folder, opened)
        if opened == ",":
            yield "LibreOffice", raw.name, "" if _formulas(saved[raw]) else "no formula even without our apostrophes"
        for path, written in csvs.items():
            formulas = _formulas(saved[path])
            yield "LibreOffice", f"{path.name} ({written}) as {opened}", f"formulas: {formulas}" if formulas else ""
    opened_workbook = _saved([workbook], folder, "")[workbook]
    texts = {str(cell.value) for cell in _cells(opened_workbook)}
    formulas, missing = _formulas(opened_workbook), {"=1+1", "@SUM(A1)", "<script>alert(1)</script>"} - texts
    yield "LibreOffice", workbook.name, f"formulas: {formulas}, not there: {missing}" if formulas or missing else ""


def _formulas(saved: Path) -> list[str]:
    """The cells of a workbook of LibreOffice's that are formulas, errors or links."""
    return [cell.coordinate for cell in _cells(saved) if _is_active(cell)]


def _is_active(cell: openpyxl.cell.Cell) -> bool:
    return bool(cell.hyperlink) or (cell.data_type in "fe" and cell.value not in _TRUTHS)


def _cells(path: Path) -> Iterator[openpyxl.cell.Cell]:
    for sheet in openpyxl.load_workbook(path).worksheets:
        for row in sheet.iter_rows():
            yield from row


def _saved(paths: Sequence[Path], folder: Path, delimiter: str) -> dict[Path, Path]:
    """Each file as LibreOffice saves it again, as a workbook."""
    out = folder / f"saved{ord(delimiter) if delimiter else ''}"
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    reading = [f"--infilter={_IMPORT.format(ord(delimiter))}"] if delimiter else []
    saving = ["--convert-to", "xlsx", "--outdir", str(out), *map(str, paths)]
    subprocess.run(
        ["soffice", profile, "--headless", *reading, *saving], check=True, capture_output=True, timeout=_TIMEOUT_S
    )
    return {path: out / f"{path.stem}.xlsx" for path in paths}


def _linted(path: Path, delimiter: str) -> str:
    done = subprocess.run(
        ["csvclean", "--length-mismatch", "-d", delimiter, str(path)],
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    return done.stderr.strip().replace("\n", " ") if done.returncode else ""


def _pandas(csvs: dict[Path, str], workbook: Path, parquet: Path) -> Iterator[tuple[str, str, str]]:
    import pandas

    table, texts = mention_table(hostile_report()), set(HOSTILE)
    for path, delimiter in csvs.items():
        frame = pandas.read_csv(path, sep=delimiter, dtype=str, keep_default_na=False)
        is_whole = len(frame) == len(HOSTILE) or not path.name.startswith("quotes")
        yield "pandas", path.name, "" if is_whole and not frame.index.name else f"{len(frame)} rows"
    lines = pandas.read_json(io.BytesIO(render(hostile_report(), "jsonl", ExportOptions())), lines=True, dtype=False)
    yield "pandas", "requests.jsonl", "" if set(lines["quote"]) == texts else "texts are not as they were"
    sheets = pandas.read_excel(workbook, sheet_name=None)
    columns = list(sheets["quotes"].columns) == list(table.names)
    is_typed = columns and sheets["quotes"]["score"].dtype == float and len(sheets["quotes"]) == len(HOSTILE)
    yield "pandas", workbook.name, "" if is_typed else "columns or types are not as they were"
    if parquet.exists():
        same = set(pandas.read_parquet(parquet)["quote"]) == texts
        yield "pandas", parquet.name, "" if same else "texts are not as they were"


if __name__ == "__main__":
    sys.exit(main())
