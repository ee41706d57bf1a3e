"""The truth: what was really said, where every confidential mention lies, and what may appear in no output."""

import tomllib
from typing import Any

from layouts import Heard
from people import HERE, HOST_COMPANY
from performance import PUNCTUATION, Performance, SpokenUtterance
from sessions import Sample

Json = dict[str, Any]
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
WRITTEN_AS = {"email": {" dot ": ".", " at ": "@"}, "host": {" dot ": "."}}


def tell_truth(sample: Sample, performance: Performance, heard: Heard) -> Json:
    """The content of truth/FOLDER.json; README.md describes it."""
    spoken = performance.spoken if heard else ()
    mentions = [mention for one in spoken for mention in _mentions(one, performance, heard)]
    return {
        "session": sample.folder,
        "started_at": f"{sample.started_at:%Y-%m-%dT%H:%M:%SZ}",
        "duration_s": round(performance.duration_s, 3) if heard else None,
        "participants": [
            {"name": person.name, "company": person.company, "role": person.role, "track": heard.get(key)}
            for key, person in performance.people.items()
        ],
        "words": [word for one in spoken for word in _words(one, performance, heard)],
        "confidential": mentions,
        "secrets": _secrets(sample, performance, mentions),
        "requests": _tagged(performance, spoken, "request"),
        "discoveries": _tagged(performance, spoken, "discovery"),
        "expect": {"status": sample.status, "internal": sample.internal, "removed": list(sample.removed)},
    }


def _words(spoken: SpokenUtterance, performance: Performance, heard: Heard) -> list[Json]:
    speaker = spoken.utterance.speaker
    return [
        {
            "text": word.strip(PUNCTUATION),
            "participant": performance.people[speaker].name,
            "track": heard[speaker],
            "start_s": round(start_s, 3),
            "end_s": round(end_s, 3),
        }
        for word, (start_s, end_s) in zip(spoken.utterance.words, spoken.spans, strict=True)
    ]


def _mentions(spoken: SpokenUtterance, performance: Performance, heard: Heard) -> list[Json]:
    speaker = spoken.utterance.speaker
    return [
        {
            "text": mention.text,
            "label": mention.label,
            "participant": performance.people[speaker].name,
            "track": heard[speaker],
            "start_s": round(spoken.spans[mention.first][0], 3),
            "end_s": round(spoken.spans[mention.last - 1][1], 3),
            "unlisted": mention.unlisted,
        }
        for mention in spoken.utterance.mentions
    ]


def _tagged(performance: Performance, spoken: tuple[SpokenUtterance, ...], kind: str) -> list[Json]:
    return [
        {
            "start_s": round(one.start_s, 3),
            "participant": performance.people[one.utterance.speaker].name,
            "text": one.utterance.text,
            "kind": kind,
        }
        for one in spoken
        if one.utterance.kind == kind
    ]


def _secrets(sample: Sample, performance: Performance, mentions: list[Json]) -> list[str]:
    """Every string that no output may hold, compared without regard to case and at word borders."""
    secrets = set(sample.secrets)
    for person in performance.people.values():
        secrets |= {person.name, *person.name.split(), person.email}
        secrets |= {person.company} - {HOST_COMPANY}
    aliases = _load_aliases()
    for mention in mentions:
        text, label = mention["text"], mention["label"]
        secrets |= {text, _as_written(text, label), *aliases.get(text, ())}
        secrets |= set(text.split()) if label == "person" else set()
    return sorted(secrets)


def _load_aliases() -> dict[str, list[str]]:
    terms = tomllib.loads((HERE / "terms.toml").read_text(encoding="utf-8"))["terms"]
    return {term["text"]: term["aliases"] for term in terms}


def _as_written(text: str, label: str) -> str:
    """How a spoken address or number is written: `a dot b at c` as `a.b@c`, digit words as 212-555-0142."""
    if label == "phone":
        groups = [group.split() for group in text.split(", ")]
        return "-".join("".join(str(DIGITS.index(word)) for word in group) for group in groups)
    for said, written in WRITTEN_AS.get(label, {}).items():
        text = text.replace(said, written)
    return text
