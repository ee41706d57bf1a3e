"""Tags for scripts: JSON Lines of texts in, JSON Lines of labels out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.errors import UsageProblem
from pipeline.tag.tag import classify


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str | int
    text: str


def tag_lines(lines: Iterable[str]) -> Iterator[str]:
    """One line of label, score and area for each text, in order; raises ``UsageProblem`` naming a bad line."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                line_in = _Line.model_validate(json.loads(line))
            except ValidationError as error:
                first = error.errors(include_input=False)[0]
                key = ".".join(str(part) for part in first["loc"])
                raise UsageProblem(f"line {number}: {key}: {first['msg']}", action='give {"id", "text"}') from None
            except ValueError:
                raise UsageProblem(f"line {number} is not JSON", action='give {"id", "text"}') from None
            tagged = classify(line_in.text)
            yield json.dumps({"id": line_in.id, "label": tagged.label, "score": tagged.score, "area": tagged.area})
