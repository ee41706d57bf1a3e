"""Makes the redacted turns of talk from the transcript and the plan."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from pipeline.records import ApprovedPlan, ReadingPlan, RedactionInterval, Transcript, Turn, Word
from pipeline.records.removed_parts import RemovedParts
from pipeline.render.speakers import UNKNOWN
from pipeline.render.terms import TermReplacer
from pipeline.spans import SpanIndex

REDACTED = "[redacted]"
PAUSE_S = 1.2
LONGEST_TURN_S = 30.0
_MARKS = ".,?!;:…"


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnPiece:
    """One word, or the label that stands for a run of words."""

    start_s: float
    end_s: float
    track_id: str
    participant_id: str | None
    text: str
    is_label: bool = False
    marks: str = ""
    """The punctuation that stood behind what a label replaces."""
    ends_sentence: bool = False


def redacted_turns(
    transcript: Transcript, plan: ApprovedPlan | ReadingPlan, labels: Mapping[str, str], terms: TermReplacer
) -> tuple[Turn, ...]:
    """The turns that may be read, in order of time; cut at pauses, and long ones between sentences."""
    turns: list[Turn] = []
    for pieces in _by_voice(redacted_pieces(transcript, plan)).values():
        turns += _turns(_without_terms(pieces, terms), labels)
    return tuple(sorted(turns, key=lambda turn: (turn.start_s, turn.end_s, turn.speaker)))


def redacted_pieces(transcript: Transcript, plan: ApprovedPlan | ReadingPlan) -> list[TurnPiece]:
    """The words of those who may be heard, in order; edits once a run by their label, the rest of a window by a mark.

    A word at the edge of a window that exists for a labelled word goes only if more than half of it is muted (the
    padding of the window reaches into it); in a window without a labelled word every word that it touches goes.
    """
    edits = {index: edit for edit in plan.word_edits for index in range(*edit.words)}
    windows, removed = _Windows(plan.windows), RemovedParts(plan.removed_intervals)
    labelled = {
        window
        for index in edits
        if index < len(transcript.words)
        for window in windows.touching(transcript.words[index])
    }
    pieces: list[TurnPiece] = []
    last: dict[tuple[str, str | None], object] = {}
    labels: dict[tuple[str, str | None], int] = {}
    for index, word in enumerate(transcript.words):
        if not _may_be_read(word, plan, removed):
            continue
        voice = (word.track_id, word.participant_id)
        edit = edits.get(index)
        mark: object = edit
        if edit is None and any(_is_muted(word, window, window in labelled) for window in windows.touching(word)):
            mark = REDACTED
        if mark is None:
            pieces.append(_piece(word, word.text))
        elif mark is not last.get(voice):
            pieces.append(_piece(word, edit.replacement if edit else REDACTED, is_label=True))
            labels[voice] = len(pieces) - 1
        else:
            label = pieces[labels[voice]]
            pieces[labels[voice]] = replace(label, marks=_marks(word.text), ends_sentence=word.ends_sentence)
        last[voice] = mark
    return pieces


class _Windows:
    """The windows of a plan by track, so that those of one word are found without looking at all of them."""

    def __init__(self, windows: Sequence[RedactionInterval]) -> None:
        self._windows = windows
        self._of: dict[str, SpanIndex[RedactionInterval]] = {}

    def touching(self, word: Word) -> list[RedactionInterval]:
        """The windows that share time with a word on its track."""
        if word.track_id not in self._of:
            own = (window for window in self._windows if window.track_id in (None, word.track_id))
            self._of[word.track_id] = SpanIndex(own, lambda window: (window.start_s, window.end_s))
        return list(self._of[word.track_id].overlapping(word.start_s, _end_s(word)))


def _end_s(word: Word) -> float:
    """A word that has no length is there all the same."""
    return max(word.end_s, word.start_s + 0.001)


def _may_be_read(word: Word, plan: ApprovedPlan | ReadingPlan, removed: RemovedParts) -> bool:
    """Where somebody was removed, words of nobody known may be theirs."""
    if word.track_id not in plan.keep_tracks or word.participant_id in plan.removed:
        return False
    if removed.takes(word.participant_id, word.start_s, word.end_s):
        return False
    return word.participant_id is not None or not plan.removed


def _is_muted(word: Word, window: RedactionInterval, has_label: bool) -> bool:
    shared_s = min(_end_s(word), window.end_s) - max(word.start_s, window.start_s)
    return not has_label or shared_s > (word.end_s - word.start_s) / 2


def _piece(word: Word, text: str, *, is_label: bool = False) -> TurnPiece:
    return TurnPiece(
        start_s=word.start_s,
        end_s=word.end_s,
        track_id=word.track_id,
        participant_id=word.participant_id,
        text=text,
        is_label=is_label,
        marks=_marks(word.text) if is_label else "",
        ends_sentence=word.ends_sentence,
    )


def _marks(text: str) -> str:
    """The punctuation at the end of a word, which a label that replaces the word keeps."""
    return text[len(text.rstrip(_MARKS)) :]


def _by_voice(pieces: Iterable[TurnPiece]) -> dict[tuple[str, str | None], list[TurnPiece]]:
    voices: dict[tuple[str, str | None], list[TurnPiece]] = {}
    for piece in pieces:
        voices.setdefault((piece.track_id, piece.participant_id), []).append(piece)
    return voices


def _without_terms(pieces: Sequence[TurnPiece], terms: TermReplacer) -> list[TurnPiece]:
    """Looks across the whole talk of one voice, before it is cut into turns, so that no cut hides a term."""
    written = ["\x00" * len(piece.text) if piece.is_label else piece.text for piece in pieces]
    starts = [0, *accumulate(len(text) + 1 for text in written)][: len(pieces)]
    ends = [start + len(text) for start, text in zip(starts, written, strict=True)]
    kept = list(pieces)
    gone: set[int] = set()
    for start, end, replacement in terms.spans(" ".join(written)):
        first, beyond = bisect_right(ends, start), bisect_left(starts, end)
        last = pieces[beyond - 1]
        marks = last.marks if last.is_label else _marks(last.text)
        kept[first] = replace(
            pieces[first], text=replacement, is_label=True, marks=marks, ends_sentence=last.ends_sentence
        )
        gone.update(range(first + 1, beyond))
    return [piece for index, piece in enumerate(kept) if index not in gone]


def _turns(pieces: Sequence[TurnPiece], labels: Mapping[str, str]) -> list[Turn]:
    unbroken: list[list[TurnPiece]] = []
    for piece in pieces:
        if unbroken and piece.start_s - unbroken[-1][-1].end_s <= PAUSE_S:
            unbroken[-1].append(piece)
        else:
            unbroken.append([piece])
    return [
        Turn(
            start_s=round(run[0].start_s, 3),
            end_s=round(max(piece.end_s for piece in run), 3),
            participant_id=run[0].participant_id,
            speaker=labels.get(run[0].participant_id or "", UNKNOWN),
            text=" ".join(_marks_merged(run)),
        )
        for long in unbroken
        for run in _short_turns(long)
    ]


def _short_turns(pieces: Sequence[TurnPiece]) -> Iterator[Sequence[TurnPiece]]:
    """Talk without a pause in turns of at most 30 seconds: cut at ends of sentences, else where the talk is slowest."""
    first = 0
    while pieces[-1].end_s - pieces[first].start_s > LONGEST_TURN_S and first < len(pieces) - 1:
        latest_s = pieces[first].start_s + LONGEST_TURN_S
        cuts = [at for at in range(first + 1, len(pieces)) if pieces[at - 1].end_s <= latest_s] or [first + 1]
        sentences = [at for at in cuts if pieces[at - 1].ends_sentence]
        second_half = cuts[len(cuts) // 2 :]
        cut = sentences[-1] if sentences else max(second_half, key=lambda at: pieces[at].start_s - pieces[at - 1].end_s)
        yield pieces[first:cut]
        first = cut
    yield pieces[first:]


def _marks_merged(pieces: Sequence[TurnPiece]) -> list[str]:
    """The texts of a turn, a label that follows itself once, and no bare mark beside a label."""
    shown: list[TurnPiece] = []
    for piece in pieces:
        last = shown[-1] if shown and shown[-1].is_label and piece.is_label else None
        if last is None or (REDACTED not in (last.text, piece.text) and last.text != piece.text):
            shown.append(piece)
        else:
            shown[-1] = piece if last.text == REDACTED else replace(last, marks=piece.marks)
    return [piece.text + piece.marks for piece in shown]
