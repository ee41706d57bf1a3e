"""Decisions by JSON Lines: one object of decision inputs a line in, one outcome with its rule id a line out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from enum import StrEnum
from typing import TypeVar

from pipeline.consent.evaluation.rule_tables import (
    ConsentStatus,
    Identity,
    Inputs,
    Join,
    Law,
    NoticeProof,
    Speech,
    Use,
    decide,
)
from pipeline.errors import UsageProblem

Choice = TypeVar("Choice", bound=StrEnum)

_KEYS = frozenset(field.name for field in fields(Inputs))


def decide_lines(lines: Iterable[str]) -> Iterator[str]:
    """One answer for each line, in order; blank lines are passed over.

    Answers before a bad line stay valid; the bad line raises ``UsageProblem`` that names it and the key.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            answer = decide(_inputs(number, line))
            yield json.dumps({"outcome": answer.outcome.value, "rule": answer.rule})


def _inputs(number: int, line: str) -> Inputs:
    """The inputs that one line says."""
    values = _read_object(number, line)
    unknown = sorted(set(values) - _KEYS)
    if unknown:
        raise UsageProblem(
            f"line {number}: unknown key {_shown(unknown[0])}", action="use only the keys of docs/consent.md"
        )
    return Inputs(
        purpose=_choice(number, values, "purpose", Use),
        rule=_choice(number, values, "rule", Law),
        notice=_choice(number, values, "notice", NoticeProof),
        notice_names_purpose=_flag(number, values, "notice_names_purpose"),
        consent_at_speech=_choice(number, values, "consent_at_speech", ConsentStatus),
        consent_now=_choice(number, values, "consent_now", ConsentStatus),
        identity=_choice(number, values, "identity", Identity),
        join=_choice(number, values, "join", Join),
        speech=_choice(number, values, "speech", Speech),
        separable=_flag(number, values, "separable"),
    )


def _read_object(number: int, line: str) -> dict[str, object]:
    def unrepeated(pairs: list[tuple[str, object]]) -> dict[str, object]:
        values = dict(pairs)
        if len(values) < len(pairs):
            raise UsageProblem(f"line {number}: a key occurs twice", action="write each key once")
        return values

    try:
        values = json.loads(line, object_pairs_hook=unrepeated)
    except (ValueError, RecursionError) as error:
        raise UsageProblem(f"line {number}: not valid JSON", action="write one JSON object a line") from error
    if not isinstance(values, dict):
        raise UsageProblem(f"line {number}: not a JSON object", action="write one JSON object a line")
    return values


def _choice(number: int, values: Mapping[str, object], key: str, kind: type[Choice]) -> Choice:
    value = _required(number, values, key)
    try:
        return kind(str(value))
    except ValueError as error:
        raise UsageProblem(
            f"line {number}: {key}: unknown value {_shown(value)}", action=f"use one of {', '.join(kind)}"
        ) from error


def _flag(number: int, values: Mapping[str, object], key: str) -> bool:
    value = _required(number, values, key)
    if not isinstance(value, bool):
        raise UsageProblem(f"line {number}: {key}: unknown value {_shown(value)}", action="use true or false")
    return value


def _required(number: int, values: Mapping[str, object], key: str) -> object:
    if key not in values:
        raise UsageProblem(f"line {number}: missing key {key}", action="give every key of docs/consent.md")
    return values[key]


def _shown(value: object) -> str:
    """A short, one-line form of something that was typed."""
    text = json.dumps(value)
    return text if len(text) <= 40 else text[:37] + "..."
