"""What is wrong with a file is said by its key, in words that need no knowledge of the library that reads it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from pipeline.files.invalid import problem_of


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Person(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    name: str = Field(min_length=1)
    email: str = ""

    @field_validator("email")
    @classmethod
    def _address(cls, value: str) -> str:
        if value and "@" not in value:
            raise ValueError("has no @")
        return value


class File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    people: tuple[str | Person, ...] = ()
    hosts: tuple[Person, ...] = ()
    count: int = Field(0, ge=0, le=9)
    ready: bool = False
    since: date | None = None
    colour: Colour = Colour.RED
    verdict: str = Field("keep", pattern="^(keep|redact)$")
    code: str = Field("", pattern=r"^[a-z]{0,3}$")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ({"host": []}, "unknown key 'host', did you mean 'hosts'?"),
        ({"zzz": []}, "unknown key 'zzz'"),
        ({"hosts": [{"name": "a"}, {"nme": "secret"}]}, "key 'hosts[2].name' is missing"),
        ({"hosts": [{"name": "a", "mail": "secret"}]}, "unknown key 'hosts[1].mail', did you mean 'email'?"),
        ({"hosts": [{"name": ""}]}, "key 'hosts[1].name' must not be empty"),
        ({"hosts": [{"name": 7}]}, "key 'hosts[1].name' must be text in quotes"),
        ({"hosts": [{"name": "a", "email": "secret"}]}, "key 'hosts[1].email' has no @"),
        ({"hosts": ["secret"]}, "key 'hosts[1]' must be a table"),
        ({"hosts": "secret"}, "key 'hosts' must be a list"),
        ({"people": [7]}, "key 'people[1]' must be text in quotes"),
        ({"count": "many"}, "key 'count' must be a whole number"),
        ({"count": 10}, "key 'count' must be less than or equal to 9"),
        ({"ready": "secret"}, "key 'ready' must be true or false"),
        ({"since": "secret"}, "key 'since' must be a date, as 2026-11-30"),
        ({"verdict": "secret"}, "key 'verdict' must be one of keep, redact"),
        ({"code": "secret"}, "key 'code' is not written as it must be"),
        ({"colour": "secret"}, "key 'colour' must be 'red' or 'blue'"),
        ({"k" * 99: 1}, f"unknown key '{'k' * 40}'"),
        ({"Hosts": []}, "unknown key 'Hosts', did you mean 'hosts'?"),
        ({"hosts": [{"name": "a", "Email": ""}]}, "unknown key 'hosts[1].Email', did you mean 'email'?"),
        ({"str": 1}, "unknown key 'str'"),
        ({"hosts": [{"name": "a", "secret name": 1}]}, "unknown key 'hosts[1].…'"),
        ({"\x1b[2J\nsecret": 1}, "unknown key '…'"),
    ],
)
def test_the_key_and_what_is_wrong_and_never_the_value(content: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError) as caught:
        File.model_validate(content)
    said = problem_of(caught.value, File)
    assert said == problem
    assert "secret" not in said
