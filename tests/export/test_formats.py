from __future__ import annotations

import base64
import csv
import hashlib
import html
import io
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ConfigurationError
from pipeline.export import RequestReport, Selection, manifest, report
from pipeline.export.formats import FORMATS, render
from pipeline.export.formats.options import ExportOptions
from pipeline.export.neutralise import for_markdown, for_spreadsheet
from pipeline.export.report import SCHEMA_VERSION
from pipeline.export.tables import group_table, mention_table
from tests.export.made import HOSTILE, grouped, held, hostile_report, mention

DAY = date(2026, 11, 18)
FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def plain_report(count: int = 4) -> RequestReport:
    mentions = [mention(n, quote=f"please add a dry run, number {n}") for n in range(count)]
    sessions = [held(one.session, DAY) for one in mentions]
    return report(mentions, [grouped("Dry run", *mentions)] if mentions else [], sessions, Selection())


def read_csv(content: bytes, delimiter: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "parquet"])
@pytest.mark.parametrize("grouped_", [False, True])
def test_the_same_report_has_the_same_bytes(name: str, grouped_: bool) -> None:
    made = [render(hostile_report(), name, ExportOptions(grouped=grouped_)) for _ in range(2)]
    assert made[0] == made[1]


@pytest.mark.parametrize("written", [",", ";"])
@pytest.mark.parametrize("opened", [",", ";", "\t"])
@pytest.mark.parametrize("grouped_", [False, True])
def test_no_hostile_string_is_a_formula_in_csv_however_it_is_opened(written: str, opened: str, grouped_: bool) -> None:
    content = render(hostile_report(), "csv", ExportOptions(delimiter=written, grouped=grouped_))
    for row in read_csv(content, opened):
        for cell in row:
            bare = cell.strip("\"' \u00a0\u3000")
            assert cell[:1] not in FORMULA or re.fullmatch(r"-?[\d.]+", cell), cell
            assert not bare.startswith(FORMULA) or cell.startswith("'"), cell


def test_csv_is_quoted_by_the_book_and_reads_back() -> None:
    content = render(plain_report(), "csv", ExportOptions())
    assert content.count(b"\r\n") == 5
    header, *rows = read_csv(content, ",")
    assert header == list(mention_table(plain_report()).names)
    assert rows[2][header.index("quote")] == "please add a dry run, number 2"
    assert {row[header.index("quoted")] for row in rows} == {"true"}
    assert {row[header.index("schema_version")] for row in rows} == {str(SCHEMA_VERSION)}


def test_csv_for_excel_has_a_mark_and_raw_csv_has_texts_as_they_are() -> None:
    assert render(plain_report(), "csv", ExportOptions(excel=True)).startswith(b"\xef\xbb\xbf")
    header, *rows = read_csv(render(hostile_report(), "csv", ExportOptions(raw=True)), ",")
    assert {row[header.index("quote")] for row in rows} == set(HOSTILE)


@given(st.text())
def test_no_text_reads_as_a_formula(text: str) -> None:
    neutral = for_spreadsheet(text)
    assert not neutral.lstrip(" \u00a0\u3000").startswith(FORMULA)
    assert "\x00" not in neutral
    for part in re.split(r"[,;\t\r\n|]", neutral):
        assert not part.lstrip(' \u00a0\u3000"').startswith(tuple("=+@＝＋－＠")), (neutral, part)


def test_numbers_of_our_own_are_numbers() -> None:
    found = report([mention(n, start_s=-1.5) for n in range(3)], [], [], Selection())
    assert found.mentions == ()
    mentions = [mention(n, start_s=-1.5) for n in range(3)]
    content = render(report(mentions, [grouped("x", *mentions)], [], Selection()), "csv", ExportOptions())
    assert b",-1.5," in content


def test_json_lines_have_every_text_as_it_is() -> None:
    lines = render(hostile_report(), "jsonl", ExportOptions()).decode().split("\n")[:-1]
    rows = [json.loads(line) for line in lines]
    assert {row["quote"] for row in rows} == set(HOSTILE)
    assert all(list(row) == list(mention_table(plain_report()).names) for row in rows)
    groups = [
        json.loads(line) for line in render(plain_report(), "jsonl", ExportOptions(grouped=True)).decode().splitlines()
    ]
    assert [(row["title"], row["customers"], row["2026-Q4"]) for row in groups] == [("Dry run", 4, 4)]


def workbook(found: RequestReport) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(render(found, "xlsx", ExportOptions())))


def cells(book: openpyxl.Workbook) -> Iterator[openpyxl.cell.Cell]:
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            yield from row


def test_the_workbook_is_typed_filterable_and_has_a_frozen_header() -> None:
    book = workbook(plain_report())
    assert book.sheetnames == ["requests", "discoveries", "counts", "quotes"]
    for sheet in book.worksheets:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref.startswith("A1:")
    quotes = book["quotes"]
    header = [cell.value for cell in quotes[1]]
    values = dict(zip(header, (cell.value for cell in quotes[2]), strict=True))
    assert values["started_on"] == datetime(2026, 11, 18)
    assert values["score"] == 0.9
    assert values["quoted"] is True
    assert values["quote"] == "please add a dry run, number 0"
    assert [cell.value for cell in book["requests"][2]][5] == 4


def test_no_hostile_string_is_a_formula_or_a_link_in_a_workbook() -> None:
    book = workbook(hostile_report())
    found = list(cells(book))
    assert not [cell.value for cell in found if cell.data_type == "f" or cell.hyperlink]
    texts = {cell.value for cell in found if cell.data_type == "s"}
    assert {"=1+1", "@SUM(A1)"} <= texts
    content = render(hostile_report(), "xlsx", ExportOptions())
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert not [name for name in archive.namelist() if b"<f>" in archive.read(name)]


def test_a_text_too_long_for_a_cell_goes_on_in_the_next_ones() -> None:
    long = "x" * 70_000
    found = report([mention(1, quote=long)], [grouped("x", mention(1))], [], Selection())
    row = [cell.value for cell in workbook(found)["quotes"][2]]
    assert "".join(value for value in row if isinstance(value, str) and value.startswith("x")) == long


def test_parquet_reads_back_typed() -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    found = parquet.read_table(io.BytesIO(render(hostile_report(), "parquet", ExportOptions())))
    assert set(found.column("quote").to_pylist()) == set(HOSTILE)
    assert str(found.schema.field("score").type) == "double"
    empty = parquet.read_table(io.BytesIO(render(plain_report(0), "parquet", ExportOptions(grouped=True))))
    assert empty.num_rows == 0


def test_parquet_without_its_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ConfigurationError, match=r"offrecord\[parquet\]"):
        render(plain_report(), "parquet", ExportOptions())


def test_the_page_stands_alone_runs_nothing_and_says_so() -> None:
    page = render(hostile_report(), "html", ExportOptions()).decode()
    assert "default-src 'none'" in html.unescape(page)
    assert not re.search(r"<(?:script|img|iframe|object|link|base|form)\b", page)
    assert not re.search(r"\s(?:on\w+|src|href|style)=", re.sub(r">[^<]*<", "><", page))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    (policy,) = re.findall(r"style-src '(sha256-[^']+)'", html.unescape(page))
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy == f"sha256-{digest}"
    assert "@media print" in style[1]


def test_the_page_has_the_counts_the_charts_and_every_wording() -> None:
    page = render(plain_report(), "html", ExportOptions()).decode()
    assert page.count("<svg") == 4 and page.count("None.") == 2
    assert "4 customers" in page
    assert "4 office hours held" in page
    assert all(f"please add a dry run, number {n}" in page for n in range(4))
    assert "fewer than 3" in render(plain_report(1), "html", ExportOptions()).decode()
    assert "No office hours" in render(plain_report(0), "html", ExportOptions()).decode()


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("@everyone look", "@everyone"),
        ("see #12 and !7 and ~bug and %v1", "#12"),
        ("![x](http://evil.example/a.png)", "![x]"),
        ("[click](javascript:alert(1))", "](javascript:"),
        ("<img src=x onerror=1>", "<img"),
        ("/close\n  /assign me", "\n  /assign"),
        ("[~accountid:1] {code}", "[~accountid"),
        ("www.evil.example", "www.evil"),
        ("user:pass ::x", "::x"),
    ],
)
def test_nothing_is_mentioned_linked_or_commanded_in_a_tracker(text: str, gone: str) -> None:
    neutral = for_markdown(text)
    assert gone not in neutral
    assert neutral.replace("\u200b", "").replace("\\", "") == text


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf"])))
def test_neutral_markdown_loses_no_letter(text: str) -> None:
    shown = for_markdown(text)
    assert [char for char in shown if char.isalnum()] == [char for char in text if char.isalnum()]
    assert not re.search(r"(?<!\\)[`*\[\]<>{}|_]", shown)


def test_the_manifest_names_rows_and_digests_and_tells_no_time() -> None:
    found = plain_report()
    files = {"requests.csv": render(found, "csv", ExportOptions())}
    made = manifest.render(found, manifest.out_files(files), log_head="h", made_with={"encoder": "tfidf"})
    body = json.loads(made)
    assert body["request_ids"] == [f"q-{n:012}" for n in range(4)]
    assert body["files"][0]["name"] == "requests.csv"
    assert len(body["files"][0]["sha256"]) == 64
    assert body["selection"] == {
        "since": None,
        "area": None,
        "kinds": ["request", "discovery"],
        "min_customers": 3,
        "hide_rare_sessions": False,
    }
    assert b"202" not in made.replace(b'"sha256"', b"") or "2026" not in json.dumps(body["selection"])


def test_group_columns_are_there_for_every_quarter() -> None:
    table = group_table(plain_report())
    assert table.names[-1] == "2026-Q4"
    assert all(len(row) == len(table.columns) for row in table.rows)
