"""What is wrong with a file or a line that a person wrote, in a person's words, and never the value that is wrong."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, get_args

from pydantic import AfterValidator, BaseModel, ValidationError

_KEY_LENGTH = 40
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]+")
_QUOTED_KEY = "…"
"""Stands for a key that TOML has in quotes: where none belongs it may be a name, and may have line breaks."""
_CHOICE = re.compile(r"_?[A-Z]\w*|str|int|float|bool|date|datetime|[a-z-]+\[.*", re.DOTALL)
_WORDS = {
    "missing": "is missing",
    "string_type": "must be text in quotes",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "set_type": "must be a list",
    "frozen_set_type": "must be a list",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "date_type": "must be a date, as 2026-11-30",
    "date_from_datetime_parsing": "must be a date, as 2026-11-30",
    "date_from_datetime_inexact": "must be a date without a time, as 2026-11-30",
    "datetime_type": "must be a date and time, as 2026-11-30T15:00:00Z",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
}
"""Pydantic's kinds of errors in the words of who writes a file; its other messages are plain enough."""
_PATTERNS = {
    r"^[^@\s]+@[^@\s]+$": "must be an e-mail address",
    r"^[a-z]+:\S+$": "must be a platform and an id on it, as discord:301122334455667788",
    r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$": "must be a country or a part of one, as DE or US-TX",
    r"^\S+@\S+$": "must be a notice and its version, as office-hours@2",
    r"^\S{1,100}$": "must have 1 to 100 characters and no spaces",
    r"\S": "must not be empty",
}
"""What a regular expression asks for."""
_CHOICES = re.compile(r"\^\(([\w|-]+)\)\$")


def problem_of(error: ValidationError, model: type[BaseModel]) -> str:
    """The first thing that is wrong with what was read as a ``model``: the key, counted from one, and what is wrong."""
    first = error.errors(include_input=False, include_url=False)[0]
    kind, loc = first["type"], first["loc"]
    place = tuple(part for part in loc if not _is_choice(part))
    if kind == "extra_forbidden":  # its last part is what somebody wrote, as "Title", and never a choice
        return _unknown((*(part for part in loc[:-1] if not _is_choice(part)), loc[-1]), model)
    words = in_words(kind, first["msg"])
    return f"key '{_key(place)}' {words}" if place else words


def in_words(kind: str, message: str) -> str:
    """What pydantic says of a value, by the kind of its error, as the rest of a sentence about the key."""
    if kind in _WORDS:
        return _WORDS[kind]
    if kind == "string_pattern_mismatch":
        return _in_words_of(message.removeprefix("String should match pattern '").removesuffix("'"))
    message = message.removeprefix("Value error, ")
    if message.startswith("Input should "):
        return f"must {message.removeprefix('Input should ')}"
    return message if message.startswith(("is ", "has ", "needs ", "must ")) else f"is wrong: {message}"


def _in_words_of(pattern: str) -> str:
    choices = _CHOICES.fullmatch(pattern)
    if choices:
        return f"must be one of {', '.join(choices[1].split('|'))}"
    return _PATTERNS.get(pattern, "is not written as it must be")


def _is_choice(part: int | str) -> bool:
    """Whether a part of a place is no key but which of several kinds a value was read as."""
    return isinstance(part, str) and _CHOICE.fullmatch(part) is not None


def _key(place: tuple[int | str, ...]) -> str:
    key = ""
    for part in place:
        name = f"[{part + 1}]" if isinstance(part, int) else _shown(part)
        key += name if isinstance(part, int) or not key else f".{name}"
    return key


def _shown(key: str) -> str:
    return key[:_KEY_LENGTH] if _PLAIN_KEY.fullmatch(key) else _QUOTED_KEY


def _unknown(place: tuple[int | str, ...], model: type[BaseModel]) -> str:
    known = sorted(_names(model, place[:-1]))
    close = difflib.get_close_matches(str(place[-1]), known, n=1)
    return f"unknown key '{_key(place)}'" + (f", did you mean '{close[0]}'?" if close else "")


def _names(model: type[BaseModel], place: tuple[int | str, ...]) -> set[str]:
    """The keys that a table at a place may have; none where that depends on what is in it."""
    current = {model}
    for part in place:
        if isinstance(part, str):
            fields: list[Mapping[str, Any]] = [each.model_fields for each in current]
            kinds = [field[part].annotation for field in fields if part in field]
            current = {each for kind in kinds for each in _models(kind)}
    return {field.alias or name for each in current for name, field in each.model_fields.items()}


def _models(kind: Any) -> Iterator[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    for part in get_args(kind):
        yield from _models(part)


def _readable(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("must be UTF-8 text") from None
    return text


ReadableText = Annotated[str, AfterValidator(_readable)]
"""A text without halves of characters, as bytes that are no UTF-8 or a wrong escape in JSON leave them."""
