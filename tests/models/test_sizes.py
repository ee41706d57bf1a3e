"""Every size of a model in the documentation is that of models/models.toml, as `models list` shows it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.models.registry import Model, entries

ROOT = Path(__file__).parents[2]
_ROW = re.compile(r"^\| ((?:`[\w.-]+`(?:, )?)+)[^|]*\| ([\d,. ]+) \|(?: ([\d,.]+) \|)?", re.MULTILINE)


def megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f}"


def to_fetch(model: Model) -> int:
    """The most that is fetched of it: from the hub the files themselves, from an index whole packages."""
    return max(sum(wheel.bytes for wheel in model.wheels), model.bytes if model.hub else 0)


def rows(page: str) -> list[tuple[list[str], list[str], str]]:
    """The names of models in each row of a table, their sizes, and what is fetched."""
    text = (ROOT / page).read_text("utf-8")
    return [
        (re.findall(r"`([^`]+)`", names), re.findall(r"\d[\d,.]*\d|\d", sizes), fetched)
        for names, sizes, fetched in _ROW.findall(text)
        if re.findall(r"`([^`]+)`", names)[0] in entries()
    ]


@pytest.mark.parametrize(("page", "least"), [("docs/setup.md", 4), ("docs/speech.md", 9)])
def test_tables_of_models_say_their_sizes(page: str, least: int) -> None:
    listed = rows(page)
    assert sum(len(names) for names, _, _ in listed) >= least
    for names, sizes, fetched in listed:
        if len(sizes) == 1 and len(names) > 1:
            continue
        sizes = [size for line in sizes for size in re.findall(r"\d{1,3}(?:,\d{3})*", line)]
        assert sizes == [megabytes(entries()[name].bytes) for name in names], names
        assert fetched in ("", megabytes(to_fetch(entries()[names[0]]))), names


def test_the_sum_in_the_readme_is_that_of_the_set_up() -> None:
    models = [entries()[names[0]] for names, _, _ in rows("docs/setup.md")]
    on_disk, fetched = (sum(each) for each in zip(*((model.bytes, to_fetch(model)) for model in models), strict=True))
    assert f"({megabytes(on_disk)} MB on disk, {megabytes(fetched)} MB to fetch)" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize(
    ("page", "name", "file"),
    [
        ("docs/rendering.md", "faces", "centerface.onnx"),
        ("docs/speech.md", "voices", "campplus_cn_en_common.pt"),
        ("docs/speech.md", "voices", "segmentation-3.0.bin"),
    ],
)
def test_a_card_says_the_size_of_its_file(page: str, name: str, file: str) -> None:
    size = entries()[name].files[file].bytes / 1e6
    text = (ROOT / page).read_text("utf-8")
    assert any(f"{said} MB" in text for said in (f"{size:.0f}", f"{size:.1f}"))
