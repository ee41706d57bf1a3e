"""A notice that is announced in the call: its exact wording and the purposes it names, filed as a version."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, field_validator

from pipeline.records import Purpose

_Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_ABOUT = re.compile(r"\brecord(?:ed|ing|s)?\b", re.IGNORECASE)
_LEAST_WORDS = 3


class Spoken(BaseModel):
    """What is said, as its TOML file says."""

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
