"""Whose each file of a folder is by its name, where a recorder writes one a person: Riverside, Zencastr, a podcast.

The names have what they share (show, date, number) and what tells them apart, and only the latter is taken.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from pipeline.ingest.media_kinds import is_media

_RIVERSIDE = re.compile(r"riverside_(?P<name>.+?)_(?:(?:raw|aligned|synced)\b.*|\w+ \d.*|\d.*)", re.IGNORECASE)
_BETWEEN = re.compile(r"[_\-.\s]+")
_WORD = re.compile(r"[^\W\d_]{2,}", re.UNICODE)
_NOT_A_NAME = frozenset({"aligned", "audio", "camera", "local", "mic", "raw", "speaker", "synced", "track", "video"})
"""What recorders write around a name."""
_EVERYBODY = frozenset(
    (
        *("all", "backup", "call", "combined", "composite", "episode", "everybody", "everyone", "final", "full"),
        *("intro", "jingle", "master", "meeting", "mix", "mixdown", "mixed", "music", "outro", "recording"),
        *("screen", "session", "show", "zoom"),
    )
)
"""What a file beside the people's own is called, in which anybody may be heard."""
_MOST_WORDS = 4
_PICTURES = (".mp4", ".mov", ".mkv", ".webm", ".m4v")


def owners_by_name(names: Collection[str]) -> Mapping[str, str]:
    """Whose own file each is: of two of one person, the one without a picture. None where not two people have one.

    A file that is called after nobody is not among them: it is mixed sound.
    """
    media = sorted(name for name in names if is_media(name))
    if not all(re.search("[^\\W\\d_]{2}", name) for name in media):
        return {}
    labels = _labels([name.rpartition("/")[2].rpartition(".")[0] for name in media])
    owners: dict[str, str] = {}
    for name, label in sorted(zip(media, labels, strict=True), key=lambda pair: pair[0].lower().endswith(_PICTURES)):
        if label is None:
            return {}
        if not set(label.split()) & _EVERYBODY and label not in owners.values():
            owners[name] = label
    return owners if len(owners) > 1 else {}


def other_files(names: Collection[str], owners: Mapping[str, str]) -> tuple[str, ...]:
    """The media that are nobody's own, but for further files of people who have one."""
    media = sorted(name for name in names if is_media(name))
    labels = _labels([name.rpartition("/")[2].rpartition(".")[0] for name in media])
    known = set(owners.values())
    return tuple(name for name, label in zip(media, labels, strict=True) if name not in owners and label not in known)


def _labels(stems: Sequence[str]) -> list[str | None]:
    """What tells each name apart from the others, in lower case; None where that is no name."""
    riverside = [_RIVERSIDE.fullmatch(stem) for stem in stems]
    if stems and all(riverside):
        return [_label(_BETWEEN.split(match["name"])) for match in riverside if match]
    words = [[word for word in _BETWEEN.split(stem.casefold()) if word] for stem in stems]
    first = _shared(words)
    last = _shared([list(reversed(each[first:])) for each in words])
    return [_label(each[first : len(each) - last]) for each in words]


def _shared(words: Sequence[Sequence[str]]) -> int:
    """How many words all begin with, less what would leave one of them without any."""
    shared = 0
    for each in zip(*words, strict=False):
        if len(set(each)) > 1:
            break
        shared += 1
    return min(shared, min(map(len, words), default=1) - 1) if len(words) > 1 else 0


def _label(words: Sequence[str]) -> str | None:
    kept = [word.casefold() for word in words if word.casefold() not in _NOT_A_NAME and not any(map(str.isdigit, word))]
    is_name = 0 < len(kept) <= _MOST_WORDS and all(map(_WORD.fullmatch, kept))
    return " ".join(kept) if is_name else None
