"""Searches a text that is about to be handed out for what may not be in it; errors never quote what is found."""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.errors import ProofFailed
from pipeline.lexicon import is_english

_LONG, _SHORTEST = 6, 2
_HASHES = re.compile(r"(?<![0-9a-z_])[0-9a-f]{32,128}(?![0-9a-z])|sha512-[\w-]+", re.IGNORECASE)
_LABELS = re.compile(r"\[[a-z]+(?: [a-z]+)*(?: \d+)?\]|\b(?:staff|speaker) \d+\b")
_SUFFIX = re.compile(r"\.[a-z]\w{1,4}$", re.IGNORECASE)
_BREAK = "\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbidden:
    """What may not be there: texts (names, terms, addresses), file names, and digests of originals as raw bytes."""

    texts: frozenset[str] = frozenset()
    file_names: frozenset[str] = frozenset()
    digests: frozenset[bytes] = frozenset()


def refuse_leaks(
    text: str, forbidden: Forbidden, *, allowed_hashes: Iterable[str], fixed: frozenset[str] = frozenset()
) -> None:
    """Raises ``ProofFailed`` where a JSON text holds any of it, or a fingerprint that nobody vouches for.

    ``fixed`` are whole values of the format itself, which a term may happen to be called like.
    """
    values = set(strings(json.loads(text))) - fixed
    leaks_by_kind = {
        "a name or a planned term": _texts(values, forbidden.texts),
        "an original's file name": _file_names(values, forbidden.file_names),
        "an original's digest": _digests(text, forbidden.digests),
        "a hash that is not of what was made": _has_other_hash(text, frozenset(allowed_hashes)),
    }
    leaks = [what for what, is_there in leaks_by_kind.items() if is_there]
    if leaks:
        raise ProofFailed(f"the export would hold {', '.join(leaks)}", action="nothing was written; report this")


def strings(value: Any) -> Iterator[str]:
    """Every string that a JSON value holds; the names of keys are the format's own."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def _texts(values: Iterable[str], texts: Iterable[str]) -> bool:
    """Whether any text stands there as whole words or, from six letters on, anywhere; labels are no words."""
    wanted = {plain for text in texts if len(plain := _plain(text)) >= _SHORTEST}
    for value in values:
        for stretch in _LABELS.sub(_BREAK, value).split(_BREAK):
            spaced = f" {_plain(stretch)} "
            if any(f" {text} " in spaced or (len(text) >= _LONG and text in spaced) for text in wanted):
                return True
    return False


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join("".join(letter if letter.isalnum() else " " for letter in folded).split())


def _file_names(values: Iterable[str], names: Iterable[str]) -> bool:
    """Whether the name of a file stands there anywhere, or that of a folder as whole words.

    A folder whose name is nothing but plain words and figures tells nothing: "Office hours" is said in any session, and
    is the subject of every vCon.
    """
    files = {name for name in names if _SUFFIX.search(name)}
    folders = {plain for name in {*names} - files if (plain := _plain(name)) and not all(map(_is_plain, plain.split()))}
    return any(
        any(
            name.casefold() in value.casefold() or json.dumps(name)[1:-1].casefold() in value.casefold()
            for name in files
        )
        or any(f" {folder} " in f" {_plain(value)} " for folder in folders)
        for value in values
    )


def _is_plain(word: str) -> bool:
    return word.isdigit() or is_english(word)


def _digests(text: str, digests: Iterable[bytes]) -> bool:
    lowered = text.casefold()
    return any(digest.hex() in lowered or any(form in text for form in base64_forms(digest)) for digest in digests)


def base64_forms(digest: bytes) -> tuple[str, str]:
    """A digest in both alphabets of base 64, without padding."""
    return (
        base64.b64encode(digest).decode().rstrip("="),
        base64.urlsafe_b64encode(digest).decode().rstrip("="),
    )


def _has_other_hash(text: str, allowed: frozenset[str]) -> bool:
    return any(match.group() not in allowed for match in _HASHES.finditer(text))
