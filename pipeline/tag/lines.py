"""Tags for scripts: JSON Lines of texts in, JSON Lines of labels out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.errors import UsageProblem
from pipeline.tag.tag import judge


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str | int
    text: str


def tag_lines(lines: Iterable[str]) -> Iterator[str]:
    """One line of label, score and area for each text, in order; raises ``UsageProblem`` naming a bad line."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                asked = _Line.model_validate(json.loads(line))
            except ValidationError as error:
                first = error.errors(include_input=False)[0]
                key = ".".join(str(part) for part in first["loc"])
                raise UsageProblem(f"line {number}: {key}: {first['msg']}", action='give {"id", "text"}') from None
            except ValueError:
                raise UsageProblem(f"line {number} is not JSON", action='give {"id", "text"}') from None
            judged = judge(asked.text)
            yield json.dumps({"id": asked.id, "label": judged.label, "score": judged.score, "area": judged.area})
