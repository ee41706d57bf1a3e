"""A table is read whatever separates its cells, and a broken one is told by its line."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.files.tabular import DELIMITERS, BrokenTable, delimiter_of, rows_of

CELL = st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\x85\u2028\u2029"), max_size=8)


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1;2\n", ";"),
        ("a\tb\n1\t2\n", "\t"),
        ("a|b\n1|2\n", "|"),
        ("Time;Name;May we record, and keep it?\n1;2;Yes, but not, in public, please\n", ";"),
        ('"a, b";"c, d"\n"1, 2";3\n', ";"),
        ("Report,,\nTopic;x,1,2\nName,Email,Time\nAnn,a@x,1\nBo;Cy,b@x,2\n", ","),
        ("sep=;\na,b;c,d\n", ";"),
        ("one column\nonly\n", ","),
        ("", ","),
    ],
)
def test_what_separates_the_cells_is_seen_in_the_first_lines(text: str, want: str) -> None:
    assert delimiter_of(text) == want


def test_rows_have_the_line_on_which_they_begin() -> None:
    text = 'sep=;\r\na;b\r\n"1\r\n1";2\r\n\r\n3;4\r\n'
    assert list(rows_of(text)) == [(2, ["a", "b"]), (3, ["1\r\n1", "2"]), (5, []), (6, ["3", "4"])]
    assert list(rows_of('Ann "A" Lee\tx\n', quoted=False)) == [(1, ['Ann "A" Lee', "x"])]
    with pytest.raises(BrokenTable) as caught:
        list(rows_of('a,b\n1,"2\n'))
    assert caught.value.args == (2,)


@given(st.lists(st.lists(CELL, min_size=2, max_size=4), min_size=1, max_size=6), st.sampled_from(DELIMITERS))
def test_what_is_written_comes_back(rows: list[list[str]], delimiter: str) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    assert [cells for _, cells in rows_of(out.getvalue(), delimiter=delimiter)] == rows
