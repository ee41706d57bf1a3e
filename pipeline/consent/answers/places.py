"""Reads the place that somebody answered, as ``Austin, Texas, USA``, as the code of a place: ``US-TX``.

A place decides which law holds, so one that can be read in two ways is none: unknown places are the strictest.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path

from pipeline.consent.log.identity import normalise

_WORDS = Path(__file__).with_name("places.toml")
_CODE = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
_PARTS = re.compile(r"[,;/()|\n]|\s[-–—]\s")


def place_of(text: str) -> str | None:
    """The code of the country, with its subdivision where the answer names one; None where that is not certain."""
    if _CODE.fullmatch(text.strip()):
        return text.strip()
    parts = [normalise(part) for part in _PARTS.split(text) if part.strip()]
    countries, subdivisions = _countries(), _subdivisions()
    named = {countries[part] for part in parts if part in countries}
    within = {code for part in parts for code in subdivisions.get(part, ())}
    if not named and any(part in _english() and part in subdivisions for part in parts):
        return None  # Georgia, the country or the state
    if len(named) == 1:
        (country,) = named
        inside = {code for code in within if code.startswith(f"{country}-")}
        return inside.pop() if len(inside) == 1 else country if not inside else None
    return within.pop() if not named and len(within) == 1 and _is_written_out(parts) else None


def _is_written_out(parts: list[str]) -> bool:
    """Whether a subdivision stands there by its name: two letters alone may be a country's code as well."""
    codes = {code.partition("-")[2].casefold() for codes in _subdivisions().values() for code in codes}
    return any(part in _subdivisions() and part not in codes for part in parts)


@lru_cache(maxsize=1)
def _countries() -> Mapping[str, str]:
    """The code of each country by its names; codes alone are read where no subdivision has the same."""
    names = dict(_english())
    for code, listed in _read()["countries"].items():
        names |= dict.fromkeys(map(normalise, listed.split(",")), code)
    shared = {code.partition("-")[2] for code, _ in _listed()}
    written = names.keys() & {normalise(name) for _, name in _listed()}
    return {name: code for name, code in names.items() if name not in written} | {
        code.casefold(): code for code in _english().values() if code not in shared
    }


@lru_cache(maxsize=1)
def _english() -> Mapping[str, str]:
    """The code of each country by its English name."""
    table = resources.files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text("utf-8")
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    return {normalise(name): code for code, name in rows}


@lru_cache(maxsize=1)
def _subdivisions() -> Mapping[str, tuple[str, ...]]:
    """The codes of every subdivision by its name and by its own letters."""
    codes_of: dict[str, list[str]] = {}
    for code, name in _listed():
        for written in (normalise(name), code.partition("-")[2].casefold()):
            if code not in codes_of.setdefault(written, []):
                codes_of[written].append(code)
    return {written: tuple(codes) for written, codes in codes_of.items()}


def _listed() -> Iterator[tuple[str, str]]:
    """Every subdivision as its code and its name."""
    for country, listed in _read()["subdivisions"].items():
        for entry in listed.split(","):
            letters, _, name = entry.partition(" ")
            yield f"{country}-{letters}", name


@lru_cache(maxsize=1)
def _read() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(_WORDS.read_text("utf-8"))
