"""TOML that a person wrote, broken in every way: one error that names the place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.consent.evaluation.jurisdictions import rules_of
from pipeline.consent.notices.announced_notice import read_announced
from pipeline.consent.notices.form_mapping import read_form
from pipeline.errors import ConfigurationError, InputRefused, OffrecordError, UsageProblem
from pipeline.export.column_maps import read_map
from pipeline.files.toml import BrokenToml, read_toml
from pipeline.ingest.session_toml import parse
from pipeline.settings import read
from pipeline.store.cues import read_cues
from pipeline.store.customers import read_customers
from pipeline.store.terms import read as read_terms
from pipeline.tag.taxonomy import read_taxonomy

HUGE, DEEP, OPEN, NO_DAY = f"SECRET = {'9' * 1_000_000}", f"SECRET = {'[' * 100_000}", "SECRET = '", "a = 2026-99-99"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HUGE, "too large"),
        (DEEP, "nested"),
        (OPEN, "at its end"),
        ("a = 1\nb = SECRET\n", "line 2"),
        (NO_DAY, "not valid TOML"),
        ("a = 9999-12-31T23:59:60", "not valid TOML"),
    ],
)
def test_what_is_broken_is_one_error_without_its_text(text: str, says: str) -> None:
    with pytest.raises(BrokenToml, match=says) as broken:
        read_toml(text)
    assert "SECRET" not in str(broken.value)


@pytest.mark.parametrize("text", [HUGE, DEEP, OPEN, NO_DAY])
def test_every_file_that_a_person_writes_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "offrecord.toml"
    for name in ("offrecord.toml", "customers.toml", "jurisdictions.toml"):
        (tmp_path / name).write_text(text, "utf-8")
    readers = {
        InputRefused: (lambda: parse(text),),
        UsageProblem: (lambda: read_form(file), lambda: read_announced(file)),
        ConfigurationError: (
            lambda: read(tmp_path),
            lambda: read_map(file),
            lambda: read_taxonomy(file),
            lambda: read_customers(tmp_path),
            lambda: rules_of(tmp_path),
        ),
    }
    for kind, reads in readers.items():
        for reading in reads:
            with pytest.raises(OffrecordError) as error:
                reading()
            assert isinstance(error.value, kind)
            assert "SECRET" not in str(error.value) and "\n" not in str(error.value)


READERS: dict[str, Callable[[Path], object]] = {
    "offrecord.toml": read,
    "customers.toml": read_customers,
    "cues.toml": read_cues,
    "terms/a.toml": read_terms,
    "jurisdictions.toml": rules_of,
}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize(("content", "says"), [(None, "folder|TOML|read"), (b"\xff\xfeallow = []", "UTF-8|TOML")])
def test_a_folder_or_no_text_in_place_of_a_file_is_one_line(
    tmp_path: Path, name: str, content: bytes | None, says: str
) -> None:
    place = tmp_path / name
    place.parent.mkdir(exist_ok=True)
    place.mkdir() if content is None else place.write_bytes(content)
    with pytest.raises(ConfigurationError, match=says) as error:
        READERS[name](tmp_path)
    assert "codec" not in str(error.value)


@pytest.mark.parametrize("name", READERS)
def test_a_byte_order_mark_and_line_ends_of_windows_are_read_past(tmp_path: Path, name: str) -> None:
    place = tmp_path / name
    place.parent.mkdir(exist_ok=True)
    content = 'customer = "Acme"' if name.startswith("terms/") else ""
    place.write_bytes(b"\xef\xbb\xbf# saved by an editor of Windows\r\n" + content.encode())
    READERS[name](tmp_path)
