from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.detect.jsonl import detect_lines, line_groups, read_context
from pipeline.errors import UsageProblem
from pipeline.records import Context, Term
from pipeline.settings import DetectSettings


def test_lines_are_answered_in_order_and_one_by_one() -> None:
    asked: list[int] = []

    def lines() -> Iterator[list[str]]:
        for number in range(3):
            asked.append(number)
            yield [json.dumps({"id": f"x{number}", "text": "hello zebrafish" if number == 1 else "hello"})]

    answers = detect_lines(lines(), Context(terms=(Term(text="zebrafish"),)), settings=DetectSettings())
    assert json.loads(next(answers)) == {"id": "x0", "findings": []}
    assert asked == [0]
    assert json.loads(next(answers)) == {
        "id": "x1",
        "findings": [{"start_char": 6, "end_char": 15, "label": "TERM", "score": 0.99, "rule": "term list"}],
    }
    assert json.loads(next(answers))["id"] == "x2"


def test_the_command_reads_a_context(tmp_path: Path) -> None:
    context = {
        "participants": [{"name": "Ana Lima", "aliases": [], "company": "Vantrexa"}],
        "terms": ["Zeb"],
        "allow": [],
    }
    path = tmp_path / "ctx.json"
    path.write_text(json.dumps(context))
    lines = '{"id": 1, "text": "ana from vantrexa"}\n\n{"id": 2, "text": "zeb"}\n'
    result = CliRunner().invoke(main, ["detect", "--context", str(path)], input=lines)
    assert result.exit_code == 0
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [[f["label"] for f in answer["findings"]] for answer in answers] == [["PERSON", "COMPANY"], ["TERM"]]


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ('{"people": []}', "people"),
        ('{"participants": [{"name": "Secretname", "mail": "x"}]}', "participants[1].mail"),
        ('{"terms": [{"text": ""}]}', "terms[1]"),
        ("[", "JSON"),
    ],
)
def test_a_wrong_context_is_named_by_its_key_only(tmp_path: Path, content: str, named: str) -> None:
    path = tmp_path / "secret-customer.json"
    path.write_text(content)
    with pytest.raises(UsageProblem) as caught:
        read_context(path)
    assert named in str(caught.value)
    assert "Secretname" not in str(caught.value)
    assert "secret-customer" not in str(caught.value)


@pytest.mark.parametrize("line", ['{"id": 1}', '{"id": 1, "text": "topsecret", "x": 1}', "topsecret"])
def test_a_wrong_line_is_named_by_its_number(line: str) -> None:
    lines = ['{"id": 1, "text": "fine"}', line]
    with pytest.raises(UsageProblem) as caught:
        list(detect_lines([lines[:1], lines[1:]], Context(), settings=DetectSettings()))
    assert "line 2" in str(caught.value)
    assert "topsecret" not in str(caught.value)


def test_lines_before_a_wrong_one_are_answered() -> None:
    answers = detect_lines([['{"id": 1, "text": "fine"}', "nonsense"]], Context(), settings=DetectSettings())
    assert json.loads(next(answers))["id"] == 1
    with pytest.raises(UsageProblem, match="line 2"):
        next(answers)


def test_lines_are_read_as_they_arrive() -> None:
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as stream, os.fdopen(writer, "wb", buffering=0) as source:
        groups = line_groups(stream)
        source.write("ä\nb\nhalf".encode())
        assert next(groups) == ["ä", "b"]
        source.write(b" a line\n")
        assert next(groups) == ["half a line"]
        source.write(b"end")
        source.close()
        assert list(groups) == [["end"]]


def test_a_line_may_be_longer_than_what_is_read_at_once() -> None:
    assert [line for group in line_groups(io.BytesIO(b"x" * 200_000 + b"\ny")) for line in group] == [
        "x" * 200_000,
        "y",
    ]


def test_the_command_ends_with_two_for_a_bad_line() -> None:
    assert CliRunner().invoke(main, ["detect"], input="nonsense\n").exit_code == 2


@pytest.mark.parametrize("words", [["detect"], ["tag"]])
@pytest.mark.parametrize("bad", [b"\xff\xfe", b'{"id": 2, "text": "caf\xe9"}', b'{"id": 2, "text": "\\ud800"}'])
def test_a_line_that_is_no_utf8_is_wrong_usage_by_its_number(words: list[str], bad: bytes) -> None:
    result = CliRunner().invoke(main, words, input=b'{"id": 1, "text": "we need retries"}\n' + bad + b"\n")
    assert result.exit_code == 2
    assert "line 2" in result.stderr and "unexpected" not in result.stderr
