"""Tags for scripts: JSON Lines of texts in, JSON Lines of labels out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.embeddings import load_encoder
from pipeline.errors import UsageProblem
from pipeline.files.invalid import ReadableText, problem_of
from pipeline.tag.classifier import load_classifier
from pipeline.tag.judge import foremost, judge
from pipeline.tag.taxonomy import Taxonomy

_ACTION = 'give {"id", "text"}'
_TOGETHER = 32
"""Texts that are worked at once: the sentence model is quicker with many, and a reader waits for the first."""


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str | int
    text: ReadableText


def tag_lines(lines: Iterable[str], *, taxonomy: Taxonomy) -> Iterator[str]:
    """One line of label, score and area for each text, in order; raises ``UsageProblem`` naming a bad line."""
    waiting: list[_Line] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            waiting.append(_read(number, line))
        if len(waiting) == _TOGETHER:
            yield from _tagged(waiting, taxonomy)
            waiting.clear()
    yield from _tagged(waiting, taxonomy)


def _read(number: int, line: str) -> _Line:
    try:
        return _Line.model_validate(json.loads(line))
    except ValidationError as error:
        raise UsageProblem(f"line {number}: {problem_of(error, _Line)}", action=_ACTION) from None
    except (ValueError, RecursionError):
        raise UsageProblem(f"line {number} is not JSON", action=_ACTION) from None


def _tagged(waiting: list[_Line], taxonomy: Taxonomy) -> Iterator[str]:
    if not waiting:
        return
    encoder = load_encoder()
    judged = judge([line.text for line in waiting], classifier=load_classifier(), encoder=encoder)
    verdicts = [foremost(verdicts_of_text) for verdicts_of_text in judged]
    carrying = [
        line.text[verdict.sentence.start_char : verdict.sentence.end_char] if verdict.reason else line.text
        for line, verdict in zip(waiting, verdicts, strict=True)
    ]
    areas = taxonomy.areas(carrying, encoder)
    for line, verdict, area in zip(waiting, verdicts, areas, strict=True):
        score = round(verdict.score, 2)
        yield json.dumps({"id": line.id, "label": verdict.label.value, "score": score, "area": area})
