"""A notice that is announced in the call: its exact wording and the purposes it names, filed as a version."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, field_validator

from pipeline.errors import UsageProblem
from pipeline.files.invalid import problem_of
from pipeline.files.toml import BrokenToml, read_toml_file
from pipeline.records import Purpose

_Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_ABOUT = re.compile(r"\brecord(?:ed|ing|s)?\b", re.IGNORECASE)
_LEAST_WORDS = 3


class AnnouncedNotice(BaseModel):
    """The wording of an announcement and the purposes that it names, as its TOML file has them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    notice_id: _Filled
    version: _Filled
    language: _Filled
    names_purposes: tuple[Purpose, ...]
    text: _Filled

    @field_validator("text")
    @classmethod
    def _tells(cls, text: str) -> str:
        if not _ABOUT.search(text) or len(text.split()) < _LEAST_WORDS:
            raise ValueError(f"say in at least {_LEAST_WORDS} words, with record, recorded or recording, what is done")
        return text


def read_announced(path: Path) -> AnnouncedNotice:
    """The announcement in a TOML file; raises ``UsageProblem`` naming the key that is wrong."""
    try:
        values: dict[str, Any] = read_toml_file(path)
        return AnnouncedNotice(**values)
    except OSError as error:
        raise UsageProblem("the notice cannot be read", action="check its path") from error
    except BrokenToml as error:
        raise UsageProblem(f"the notice: {error}", action="correct it as UTF-8 TOML") from error
    except ValidationError as error:
        problem = problem_of(error, AnnouncedNotice)
        raise UsageProblem(f"notice: {problem}", action="see docs/consent.md") from error
