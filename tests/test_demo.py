"""The samples that the demo takes are as young as its clock says, and nothing but their dates differs."""

from __future__ import annotations

import importlib.util
import re
import sys
import zipfile
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

SAMPLES = Path(__file__).parent.parent / "sample_media"
DATE = re.compile(rb"2026[-/]?1[01][-/]?\d\d|1[01]/\d\d/2026")


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, SAMPLES / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


shift = load("shift")
demo = load("demo")


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2199, 12, 31)))
def test_the_last_thing_that_happens_is_always_less_than_a_week_ago(today: date) -> None:
    by = shift.weeks_since(today)
    assert by.days % 7 == 0
    assert timedelta(0) <= today - (shift.LAST + by) < timedelta(weeks=1)


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("started_at = 2026-11-18T09:00:00Z", "started_at = 2027-11-17T09:00:00Z"),
        ("11/02/2026 08:30:12,Yes", "11/01/2027 08:30:12,Yes"),
        ("Meeting-20261118_150000.mp4", "Meeting-20271117_150000.mp4"),
        ("2026-11-18 15.00.00 Office hours 85512345678", "2027-11-17 15.00.00 Office hours 85512345678"),
        ("audio1855512345.m4a and 302233445566778899", "audio1855512345.m4a and 302233445566778899"),
        ("founded on 2019-04-01, 20190401 or 31/12/2026", "founded on 2019-04-01, 20190401 or 31/12/2026"),
        ("2026-02-31 15:00:21 00:01:02.003", "2026-02-31 15:00:21 00:01:02.003"),
    ],
)
def test_dates_of_the_samples_move_and_nothing_else(text: str, moved: str) -> None:
    assert shift.shift_text(text, timedelta(weeks=52)) == moved
    assert shift.shift_text(text, timedelta(0)) == text


def test_a_copy_that_moves_nothing_is_the_samples_byte_for_byte(tmp_path: Path) -> None:
    shift.copy_samples(tmp_path / "copy", timedelta(0))
    files = [path for path in (tmp_path / "copy").rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert path.read_bytes() == (SAMPLES / path.relative_to(tmp_path / "copy")).read_bytes(), path.name


def test_in_a_moved_copy_no_date_stays_behind(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shift.copy_samples(copy, timedelta(weeks=281))
    files = [path for path in copy.rglob("*") if path.is_file()]
    assert len(files) == len([path for name in shift.COPIED for path in files_below(name)])
    names = "\n".join(path.relative_to(copy).as_posix() for path in files)
    assert not DATE.search(names.encode()) and "2032-04-" in names
    for path in files:
        if path.suffix in shift.TEXTS:
            assert not DATE.search(path.read_bytes()), path.name
    archive = zipfile.ZipFile(next(path for path in files if path.suffix == ".zip"))
    assert b"Start time:\t2032-04-" in archive.read("info.txt")
    assert {member.date_time[:2] for member in archive.infolist()} == {(2032, 4)}
    assert archive.testzip() is None


def files_below(pattern: str) -> list[Path]:
    places = list(SAMPLES.glob(pattern))
    return [path for place in places for path in ([place] if place.is_file() else place.rglob("*")) if path.is_file()]


def test_the_demo_leaves_a_folder_alone_that_is_no_demo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "precious").touch()
    assert demo.main(tmp_path) == 2
    assert (tmp_path / "precious").exists() and "another folder" in capsys.readouterr().err


def test_without_the_model_the_demo_says_so_and_listens_with_sphinx(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OFFRECORD_MODELS", str(tmp_path))
    assert demo.recogniser() == {"OFFRECORD_SPEECH__ENGINE": "sphinx"}
    assert "offrecord models pull whisper-base" in capsys.readouterr().out
