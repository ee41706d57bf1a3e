from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from pipeline.errors import ConfigurationError
from pipeline.export import RequestReport, Selection, report
from pipeline.export.column_maps import TARGETS, read_map, render
from pipeline.export.formats.options import ExportOptions
from pipeline.records import Strength
from tests.export.made import grouped, hostile_report, mention

GOLDEN = Path(__file__).with_name("golden")


def plain() -> RequestReport:
    many = [
        mention(n, area="retries & delivery", strength=Strength.MUST_HAVE, quote="please batch retries", answer="No.")
        for n in range(3)
    ]
    rare = [mention(7, title="Dark mode", quote="we need dark mode, @team", strength=Strength.BLOCKS_PURCHASE)]
    found = [mention(8, kind="discovery", title="Report page", quote="I had no idea that there was a report page")]
    groups = [grouped("Retries can be batched", *many), grouped("Dark mode", *rare), grouped("Report page", *found)]
    return report([*many, *rare, *found], groups, [], Selection(kinds=("request",)))


@pytest.mark.parametrize("target", TARGETS)
def test_each_shipped_map_gives_its_golden_file(target: str) -> None:
    (content,) = render(plain(), read_map(target), ExportOptions())
    assert content == (GOLDEN / f"{target}.csv").read_bytes()


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_hostile_title_is_text_in_every_tracker(target: str, delimiter: str) -> None:
    contents = list(render(hostile_report(), read_map(target), ExportOptions(delimiter=delimiter)))
    assert contents
    for content in contents:
        rows = list(csv.reader(io.StringIO(content.decode(), newline=""), delimiter=delimiter))
        assert len({len(row) for row in rows}) == 1
        for cell in (cell for row in rows for cell in row):
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
            assert "@everyone" not in cell
            assert "](" not in cell
            assert "<script>" not in cell


def test_jira_labels_have_a_column_each_and_files_are_cut_where_the_importer_stops() -> None:
    (content,) = render(plain(), read_map("jira"), ExportOptions())
    header = content.decode().splitlines()[0]
    assert header.count('"Labels"') == 3
    mentions = [mention(n) for n in range(45)]
    many = report(mentions, [grouped(f"title {one.request_id}", one) for one in mentions], [], Selection())
    assert [piece.count(b"Reference") for piece in render(many, read_map("github"), ExportOptions())] == [20, 20, 5]


def test_a_map_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text('[[column]]\nheader = "Name"\nvalue = "{title} ({area})"\nlongest = 20\n')
    (content,) = render(plain(), read_map(path), ExportOptions())
    assert content.decode().splitlines() == ['"Name"', '"Retries can be…"', '"Dark mode (docs)"']


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[[column]]\nheader = 'a'\nvalue = '{customer_name}'", "customer_name"),
        ("[[column]]\nheader = 'a'\neach = 'wishes'", "wishes"),
        ("[[column]]\nheader = 'a'\nvalue = 'x'\neach = 'labels'", "not both"),
        ("[[column]]\nvalue = 'x'", "column[1].header"),
        ("[[column]]\nheader = 'a'\nvalue = '{title'", "column[1]"),
        ("rows = 3", "column"),
        ("[[", "TOML"),
    ],
)
def test_what_is_wrong_with_a_map_is_named(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "map.toml"
    path.write_text(content)
    with pytest.raises(ConfigurationError) as caught:
        read_map(path)
    assert said in str(caught.value)
