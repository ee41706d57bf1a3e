"""Takes a cell with several ticked answers apart, also where an answer holds the separator itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pipeline.consent.log.identity import normalise


def ticked(text: str, labels: Collection[str], separators: Sequence[str]) -> tuple[str, ...] | None:
    """The labels that a cell holds, each as ``normalise`` gives it, None when any part of it is no label.

    The longest label that fits counts: ``Record, transcribe`` is one answer where it is a label of its own.
    """
    known = sorted({normalise(label) for label in labels} - {""}, key=len, reverse=True)
    marks = [mark.strip() or mark for mark in separators]
    rest, labels_ticked = normalise(text), []
    while rest:
        label = next((label for label in known if _begins(rest, label, marks)), None)
        if label is None:
            return None
        labels_ticked.append(label)
        rest = _after(rest[len(label) :], marks)
    return tuple(dict.fromkeys(labels_ticked))


def _begins(rest: str, label: str, marks: Sequence[str]) -> bool:
    """Whether a text begins with a whole label."""
    after = rest[len(label) :].lstrip()
    return rest.startswith(label) and (not after or after.startswith(tuple(marks)))


def _after(rest: str, marks: Sequence[str]) -> str:
    """What stands behind a separator."""
    rest = rest.lstrip()
    mark = next((mark for mark in marks if rest.startswith(mark)), "")
    return rest[len(mark) :].lstrip()
