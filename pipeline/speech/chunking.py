"""Cuts a track of any length into chunks at silences and into clips, in constant memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pipeline.speech.audio_types import RATE, AudioChunk, Samples, Span
from pipeline.speech.vad import FRAME, FRAME_S, Voice, regions

# Whisper hears windows of up to 28 s of speech, and the last one of a chunk is seldom full: of 202 s of talk there are
# nine in pieces of 120 s and eight in these, of 480 s of real speech 21 and 18; 300 s take 19 MB.
CHUNK_S = 300.0
CLIP_S = 20.0
MARGIN_S = 0.25
_PAUSE_S = 1.0


def chunks(blocks: Iterable[Samples], *, voice: Voice, chunk_s: float = CHUNK_S) -> Iterator[AudioChunk]:
    """Pieces of at most ``chunk_s`` seconds from blocks of float32 sound, shape (n,) or (n, 1), every sample in one.

    A chunk is cut in the longest silence of its second half, or where speech is least likely if there is none.
    """
    held: list[Samples] = []  # whole frames, joined only where a chunk is cut off them
    rest = known = np.zeros(0, np.float32)
    start = 0
    most = int(chunk_s / FRAME_S)
    for block in blocks:
        rest = np.concatenate([rest, np.asarray(block, np.float32).reshape(-1)])
        frames, rest = np.split(rest, [len(rest) // FRAME * FRAME])
        if len(frames):
            held.append(frames)
            known = np.concatenate([known, voice.feed(frames)])
        while len(known) >= most:
            cut, joined = _quietest(known[:most]), np.concatenate(held)
            yield _chunk(joined[: cut * FRAME], known[:cut], start)
            held, known, start = [joined[cut * FRAME :]], known[cut:], start + cut * FRAME
    joined = np.concatenate([*held, rest])
    if len(rest):
        known = np.concatenate([known, voice.feed(np.pad(rest, (0, FRAME - len(rest))))])
    if len(joined):
        yield _chunk(joined, known, start)


def pieces(blocks: Iterable[Samples], spans: Sequence[Span]) -> Iterator[tuple[Span, Samples]]:
    """The sound of each span, in one reading of blocks of shape (n,) or (n, 1); ``spans`` are in order and apart.

    A span that reaches beyond the end has what there is of it.
    """
    waiting = [(span, round(span.start_s * RATE), round(span.end_s * RATE)) for span in spans]
    held, start = np.zeros(0, np.float32), 0
    for block in blocks:
        held = np.concatenate([held, np.asarray(block, np.float32).reshape(-1)])
        while waiting and waiting[0][2] <= start + len(held):
            span, first, last = waiting.pop(0)
            yield span, held[first - start : last - start]
        needed = min(waiting[0][1] if waiting else start + len(held), start + len(held))
        held, start = held[needed - start :], needed
    for span, first, last in waiting:
        yield span, held[max(0, first - start) : max(0, last - start)]


def _quietest(probabilities: npt.NDArray[np.float32]) -> int:
    """The frame to cut at: the middle of the longest silence in the second half, else the least likely speech there."""
    half = len(probabilities) // 2
    second = probabilities[half:]
    best, best_length, length = 0, 0, 0
    for index, silent in enumerate(second < 0.2):
        length = length + 1 if silent else 0
        if length > best_length:
            best, best_length = index - length // 2, length
    return half + max(1, best if best_length else int(np.argmin(second)))


def _chunk(samples: Samples, probabilities: npt.NDArray[np.float32], start: int) -> AudioChunk:
    start_s = start / RATE
    whole = Span(start_s, start_s + len(samples) / RATE)
    speech = tuple(
        Span(max(whole.start_s, span.start_s), min(whole.end_s, span.end_s))
        for span in (region.shifted(start_s) for region in regions(probabilities))
    )

    def cut(span: Span) -> float:
        return start_s + _least_likely(probabilities, span.shifted(-start_s))

    return AudioChunk(samples=samples, start_s=start_s, speech=speech, clips=clips(speech, whole, cut=cut))


def _least_likely(probabilities: npt.NDArray[np.float32], span: Span) -> float:
    """The moment in the middle third of a span at which speech is least likely."""
    first, last = (int((span.start_s + span.length_s * third) / FRAME_S) for third in (1 / 3, 2 / 3))
    return (first + int(np.argmin(probabilities[first : max(last, first + 1)])) + 0.5) * FRAME_S


def _middle(span: Span) -> float:
    return (span.start_s + span.end_s) / 2


def clips(
    speech: Sequence[Span],
    whole: Span,
    *,
    clip_s: float = CLIP_S,
    margin_s: float = MARGIN_S,
    cut: Callable[[Span], float] = _middle,
) -> tuple[Span, ...]:
    """Stretches that hold all the speech, with a margin, inside ``whole``, about ``clip_s`` at most, not overlapping.

    Speech is joined over pauses under a second; a stretch that gets too long is cut at its longest pause, and one
    without any pause where ``cut`` says.
    """
    stretches: list[list[Span]] = []
    for span in speech:
        if stretches and span.start_s - stretches[-1][-1].end_s < _PAUSE_S:
            stretches[-1].append(span)
        else:
            stretches.append([span])
    bare = [part for stretch in stretches for part in _divided(stretch, clip_s, cut)]
    return _with_margin(bare, whole, margin_s)


def _divided(stretch: Sequence[Span], clip_s: float, cut: Callable[[Span], float]) -> list[Span]:
    whole = Span(stretch[0].start_s, stretch[-1].end_s)
    if whole.length_s <= clip_s:
        return [whole]
    if len(stretch) == 1:
        border = cut(whole)
        halves = Span(whole.start_s, border), Span(border, whole.end_s)
        return [part for half in halves for part in _divided([half], clip_s, cut)]
    pauses = [after.start_s - before.end_s for before, after in pairwise(stretch)]
    # Weighed by where it lies, so that a little longer pause does not cut off a word or two at an end.
    at = max(range(len(pauses)), key=lambda i: pauses[i] * min(i + 1, len(pauses) - i) ** 0.5)
    return _divided(stretch[: at + 1], clip_s, cut) + _divided(stretch[at + 1 :], clip_s, cut)


def _with_margin(bare: Sequence[Span], whole: Span, margin_s: float) -> tuple[Span, ...]:
    widened: list[Span] = []
    for index, span in enumerate(bare):
        before = bare[index - 1].end_s if index else whole.start_s
        after = bare[index + 1].start_s if index + 1 < len(bare) else whole.end_s
        start = max(whole.start_s, span.start_s - margin_s, (before + span.start_s) / 2 if index else whole.start_s)
        end = min(
            whole.end_s, span.end_s + margin_s, (after + span.end_s) / 2 if index + 1 < len(bare) else whole.end_s
        )
        widened.append(Span(start, end))
    return tuple(widened)
