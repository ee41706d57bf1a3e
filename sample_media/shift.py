"""Copies the samples with every date moved by whole weeks, so that they are of last week whenever they are tried.

Answers count for a year and a hold for two weeks: samples that keep their dates would come to other ends one day. What
moves is every date near the samples' own day in file and folder names, in texts and in archives; whole weeks leave
clock times and weekdays as they are. `python sample_media/shift.py FOLDER` writes such a copy into a new folder.
"""

import re
import shutil
import sys
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

HERE = Path(__file__).parent
LAST = date(2026, 11, 20)
"""The day after the last thing that happens in the samples: from then on everything in them lies in the past."""

COPIED = ("sessions", "truth", "*.csv", "*-form.toml", "terms.toml")
TEXTS = frozenset({".toml", ".csv", ".txt", ".vtt", ".srt", ".json", ".conf"})
NEAR = timedelta(days=90)
FORMS = {
    "%Y-%m-%d": re.compile(r"(?<!\d)\d{4}-\d\d-\d\d(?!\d)"),
    "%m/%d/%Y": re.compile(r"(?<!\d)\d\d/\d\d/\d{4}(?!\d)"),
    "%Y%m%d": re.compile(r"(?<!\d)\d{8}(?!\d)"),
}


def weeks_since(today: date) -> timedelta:
    """How far the samples move to be of the week before ``today``; back, where ``today`` is before them."""
    return timedelta(weeks=(today - LAST).days // 7)


def shift_text(text: str, by: timedelta) -> str:
    """The text with its dates moved; digits that are no date of the samples' time stay as they are."""
    for form, pattern in FORMS.items():
        text = pattern.sub(lambda match, form=form: _moved(match[0], form, by), text)
    return text


def copy_samples(target: Path, by: timedelta, source: Path = HERE) -> None:
    """Copies what a night needs of the samples into the new folder ``target``, all dates moved."""
    for pattern in COPIED:
        for path in sorted(source.glob(pattern)):
            for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
                if file.is_file():
                    _copy(file, target / shift_text(file.relative_to(source).as_posix(), by), by)


def _moved(text: str, form: str, by: timedelta) -> str:
    try:
        day = datetime.strptime(text, form).date()
    except ValueError:
        return text
    return (day + by).strftime(form) if abs(day - LAST) <= NEAR else text


def _copy(file: Path, target: Path, by: timedelta) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if file.suffix in TEXTS:
        target.write_bytes(shift_text(file.read_bytes().decode("utf-8"), by).encode())
    elif file.suffix == ".zip":
        _copy_archive(file, target, by)
    else:
        shutil.copyfile(file, target)


def _copy_archive(file: Path, target: Path, by: timedelta) -> None:
    with zipfile.ZipFile(file) as archive, zipfile.ZipFile(target, "w") as copy:
        for member in archive.infolist():
            content = archive.read(member)
            if Path(member.filename).suffix in TEXTS:
                content = shift_text(content.decode("utf-8"), by).encode()
            at = datetime(*member.date_time) + by
            entry = zipfile.ZipInfo(shift_text(member.filename, by), at.timetuple()[:6])
            copy.writestr(entry, content, compress_type=member.compress_type)


if __name__ == "__main__":
    copy_samples(Path(sys.argv[1]), weeks_since(datetime.now(UTC).date()))
