"""Detection for scripts: JSON Lines of texts in, JSON Lines of findings out, and the context file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from io import BufferedIOBase
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.detect.engine import find_each
from pipeline.detect.second_pass import find_in_session
from pipeline.detect.text.tokens import Match
from pipeline.errors import UsageProblem
from pipeline.files.invalid import ReadableText, problem_of
from pipeline.records import Context, KnownPerson, Term
from pipeline.settings import DetectSettings

_BLOCK = 1 << 16  # bytes read at once: what a pipe holds
_UNREADABLE = "surrogateescape"  # what is no UTF-8 becomes no text that a line may hold, so that its number is named


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Person(_Strict):
    name: str = Field(min_length=1)
    aliases: tuple[str, ...] = ()
    company: str | None = None


class _Term(_Strict):
    text: str = Field(min_length=1)
    kind: str = Field("other", pattern="^(person|company|product|host|other)$")
    aliases: tuple[str, ...] = ()
    owner: str | None = None


class _Context(_Strict):
    participants: tuple[_Person, ...] = ()
    companies: tuple[str, ...] = ()
    terms: tuple[str | _Term, ...] = ()
    allow: tuple[str, ...] = ()


class _Line(_Strict):
    id: str | int
    text: ReadableText


def read_context(path: Path) -> Context:
    """The context in a JSON file; raises ``UsageProblem`` naming the key that is wrong, never a value."""
    try:
        content = _Context.model_validate(json.loads(path.read_text("utf-8")))
    except ValidationError as error:
        raise UsageProblem(
            f"the context file: {problem_of(error, _Context)}", action="see docs/detection.md for its keys"
        ) from None
    except (OSError, ValueError, RecursionError):
        raise UsageProblem("the context file is not readable JSON", action="correct it") from None
    terms = tuple(_Term(text=term) if isinstance(term, str) else term for term in content.terms)
    return Context(
        participants=tuple(KnownPerson(**person.model_dump()) for person in content.participants),
        companies=content.companies,
        terms=tuple(Term(**term.model_dump()) for term in terms),
        allow=content.allow,
    )


def line_groups(stream: BufferedIOBase) -> Iterator[list[str]]:
    """The lines of a stream, those together that have arrived together; it waits only when there is none."""
    rest: list[bytes] = []
    while block := stream.read1(_BLOCK):
        *lines, last = block.split(b"\n")
        if lines:
            yield b"\n".join([b"".join([*rest, lines[0]]), *lines[1:]]).decode("utf-8", _UNREADABLE).split("\n")
            rest = []
        rest.append(last)
    yield [b"".join(rest).decode("utf-8", _UNREADABLE)]


def detect_lines(groups: Iterable[Sequence[str]], context: Context, *, settings: DetectSettings) -> Iterator[str]:
    """One line of findings for each line of text, in order; raises ``UsageProblem`` with the number of a bad line.

    Each group of lines is answered before the next is read. With participants or companies all lines are one session:
    they are read to the end first, and what one line says of a name helps with the others.
    """
    if context.participants or context.companies:
        session, problem = _read_lines([line for group in groups for line in group])
        if problem:
            raise problem
        yield from map(
            _answer, session, find_in_session([request.text for request in session], context, settings=settings)
        )
        return
    number = 1
    for group in groups:
        requests, problem = _read_lines(group, number)
        texts = [request.text for request in requests]
        yield from map(_answer, requests, find_each(texts, context, settings=settings))
        if problem:
            raise problem
        number += len(group)


def _read_lines(lines: Sequence[str], number: int = 1) -> tuple[list[_Line], UsageProblem | None]:
    """The requests in lines, of which the first has this number, and what is wrong with the line after the last."""
    requests: list[_Line] = []
    try:
        requests.extend(_line(place, line) for place, line in enumerate(lines, number) if line.strip())
    except UsageProblem as problem:
        return requests, problem
    return requests, None


def _line(number: int, line: str) -> _Line:
    try:
        return _Line.model_validate(json.loads(line))
    except ValidationError as error:
        raise UsageProblem(f"line {number}: {problem_of(error, _Line)}", action='give {"id", "text"}') from None
    except (ValueError, RecursionError):
        raise UsageProblem(f"line {number} is not JSON", action='give {"id", "text"}') from None


def _answer(request: _Line, matches: list[Match]) -> str:
    findings: list[dict[str, Any]] = [
        {
            "start_char": match.start_char,
            "end_char": match.end_char,
            "label": match.label,
            "score": match.score,
            "rule": match.rule,
        }
        for match in matches
    ]
    return json.dumps({"id": request.id, "findings": findings})
