"""Detection for scripts: JSON Lines of texts in, JSON Lines of findings out, and the context file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.detect.find import find
from pipeline.errors import UsageProblem
from pipeline.records import Context, KnownPerson, Term
from pipeline.settings import DetectSettings


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
    text: str


def read_context(path: Path) -> Context:
    """The context in a JSON file; raises ``UsageProblem`` naming the key that is wrong, never a value."""
    try:
        content = _Context.model_validate(json.loads(path.read_text("utf-8")))
    except ValidationError as error:
        raise UsageProblem(f"the context file: {_key(error)}", action="see docs/detection.md for its keys") from None
    except (OSError, ValueError):
        raise UsageProblem("the context file is not readable JSON", action="correct it") from None
    terms = tuple(_Term(text=term) if isinstance(term, str) else term for term in content.terms)
    return Context(
        participants=tuple(KnownPerson(**person.model_dump()) for person in content.participants),
        companies=content.companies,
        terms=tuple(Term(**term.model_dump()) for term in terms),
        allow=content.allow,
    )


def detect_lines(lines: Iterable[str], context: Context, *, settings: DetectSettings) -> Iterator[str]:
    """One line of findings for each line of text, in order; raises ``UsageProblem`` with the number of a bad line."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _answer(number, line, context, settings)


def _answer(number: int, line: str, context: Context, settings: DetectSettings) -> str:
    try:
        asked = _Line.model_validate(json.loads(line))
    except ValidationError as error:
        raise UsageProblem(f"line {number}: {_key(error)}", action='give {"id", "text"}') from None
    except ValueError:
        raise UsageProblem(f"line {number} is not JSON", action='give {"id", "text"}') from None
    findings: list[dict[str, Any]] = [
        {
            "start_char": hit.start_char,
            "end_char": hit.end_char,
            "label": hit.label,
            "score": hit.score,
            "rule": hit.rule,
        }
        for hit in find(asked.text, context, settings=settings)
    ]
    return json.dumps({"id": asked.id, "findings": findings})


def _key(error: ValidationError) -> str:
    first = error.errors(include_input=False)[0]
    return f"{'.'.join(str(part) for part in first['loc']) or 'not a mapping'}: {first['msg']}"
