"""What consent takes out of a session for one purpose: who leaves no trace, when, and which sound goes with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.records import (
    Interval,
    Outcome,
    Purpose,
    RedactionInterval,
    RemovedInterval,
    Ruling,
    Session,
    Track,
    Transcript,
    Word,
)
from pipeline.records.speaker_turns import shared, turns
from pipeline.review.closed_names import named_out
from pipeline.review.mixed_speakers import turns_of
from pipeline.spans import complement, merge, times

BLEED = "bleed of a removed track"


# Where a voice begins and ends is heard by the words that are told apart alone, and nothing listens for it again: wider
# than a name, whose padding was measured.
LEAST_PAD_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRemovals:
    """``removed`` leave no trace at all, ``named`` are those of whom no name stays, ``removed_intervals`` and
    ``windows`` the rest.

    ``unsafe`` says that the voice of somebody removed throughout cannot be told from the others in mixed sound.
    """

    removed: frozenset[str]
    named: frozenset[str]
    removed_intervals: tuple[RemovedInterval, ...]
    windows: tuple[RedactionInterval, ...]
    keep_tracks: tuple[str, ...]
    unsafe: bool


def consent_removals(
    session: Session, ruling: Ruling, transcript: Transcript, purpose: Purpose, *, pad_s: float
) -> ConsentRemovals:
    """What the ruling takes out for a purpose, span by span; ``pad_s`` widens what is cut out of mixed sound."""
    pad_s = max(pad_s, LEAST_PAD_S)
    minus = {person.participant_id: _minus(ruling, purpose, person.participant_id) for person in session.participants}
    removed = frozenset(participant_id for participant_id, spans in minus.items() if cover(spans, session.duration_s))
    keep = kept_tracks(session, removed)
    kept = [track for track in session.tracks if track.track_id in keep]
    closed = _closed(session, ruling, purpose)
    gone = [RemovedInterval(start_s=span.start_s, end_s=span.end_s) for span in closed]
    gone += [
        RemovedInterval(start_s=span.start_s, end_s=span.end_s, participant_id=participant_id)
        for participant_id, spans in minus.items()
        if participant_id not in removed
        for span in spans
    ]
    windows = [_window(span, None, _why(ruling, purpose, span)) for span in closed]
    windows += _own(kept, minus, ruling, purpose)
    windows += _bleeding(session, keep)
    windows += _straddling(transcript.words, gone)
    windows += _on_tracks_of_others(transcript.words, kept, minus, pad_s=pad_s)
    unsafe = False
    for track in (track for track in kept if track.participant_id is None):
        cut = _mixed(session, ruling, transcript, minus, purpose, track, pad_s=pad_s)
        windows += cut
        unsafe = unsafe or cover(cut, session.duration_s)
    return ConsentRemovals(
        removed=removed,
        named=named_out(session, ruling, purpose),
        removed_intervals=tuple(gone),
        windows=tuple(windows),
        keep_tracks=keep,
        unsafe=unsafe,
    )


def kept_tracks(session: Session, removed: frozenset[str]) -> tuple[str, ...]:
    """The tracks that may be heard: own tracks of those who stay; mixed sound only where nobody has an own track."""
    own = [track for track in session.tracks if track.participant_id is not None]
    return tuple(track.track_id for track in own or session.tracks if track.participant_id not in removed)


def _not_open(ruling: Ruling, purpose: Purpose, participant_id: str) -> Iterator[Interval]:
    """The spans in which a participant does not proceed, in order."""
    return (span for span, outcome in ruling.spans(purpose, participant_id) if outcome is not Outcome.PROCEED)


def _closed(session: Session, ruling: Ruling, purpose: Purpose) -> list[Interval]:
    """What is held or refused, and what the ruling does not reach."""
    reach_s = max((cell.interval.end_s for cell in ruling.cells), default=0.0)
    rest = [Interval(start_s=reach_s, end_s=session.duration_s)] if reach_s < session.duration_s else []
    return [*ruling.closed_spans(purpose), *rest]


def _minus(ruling: Ruling, purpose: Purpose, participant_id: str) -> list[Interval]:
    """The same spans with neighbours joined: what is held or refused is no more open than minus."""
    merged = merge(times(_not_open(ruling, purpose, participant_id)))
    return [Interval(start_s=start_s, end_s=end_s) for start_s, end_s in merged]


def _own(
    kept: Sequence[Track], minus: dict[str, list[Interval]], ruling: Ruling, purpose: Purpose
) -> Iterator[RedactionInterval]:
    """A kept own track is silent while its owner is taken out."""
    for track in kept:
        for span in minus.get(track.participant_id or "", ()):
            yield _window(span, track.track_id, _why(ruling, purpose, span, track.participant_id))


def _bleeding(session: Session, keep: Sequence[str]) -> Iterator[RedactionInterval]:
    """A kept track is silent where a voice that is left out bleeds into it."""
    for bleed in session.crosstalk:
        if bleed.track_id in keep:
            yield _window(Interval(start_s=bleed.start_s, end_s=bleed.end_s), bleed.track_id, f"{BLEED} {bleed.of}")


def _on_tracks_of_others(
    words: Iterable[Word], kept: Sequence[Track], minus: dict[str, list[Interval]], *, pad_s: float
) -> Iterator[RedactionInterval]:
    """A word that a reviewer assigned to somebody who is taken out goes from the track of whoever stays."""
    owners = {track.track_id: track.participant_id for track in kept if track.participant_id is not None}
    for word in words:
        if word.track_id in owners and word.participant_id not in (None, owners[word.track_id]):
            margin_s = word.time_uncertainty_s + pad_s
            span = Interval(start_s=max(0.0, word.start_s - margin_s), end_s=word.end_s + margin_s)
            if shared(minus.get(word.participant_id or "", ()), [span]):
                yield _window(span, word.track_id, f"consent: assigned to {word.participant_id}")


def _straddling(words: Iterable[Word], gone: Sequence[RemovedInterval]) -> Iterator[RedactionInterval]:
    """A word that lies across a border goes whole, as it goes from the text."""
    for word in words:
        for removal in gone:
            inside = removal.start_s <= word.start_s and word.end_s <= removal.end_s
            if not inside and removal.takes(word.participant_id, word.start_s, word.end_s):
                span = Interval(start_s=word.start_s, end_s=word.end_s)
                yield _window(span, word.track_id, "consent: a word across a border")


def _mixed(
    session: Session,
    ruling: Ruling,
    transcript: Transcript,
    minus: dict[str, list[Interval]],
    purpose: Purpose,
    track: Track,
    *,
    pad_s: float,
) -> list[RedactionInterval]:
    """What goes out of mixed sound: each removed voice, or all of a span where it cannot be told from the others.

    Where nobody listened, all goes that the captions do not surely say is another's.
    """
    cut: list[RedactionInterval] = []
    for participant in session.participants:
        spans = minus[participant.participant_id]
        if not spans or not participant.spoke:
            continue
        unheard = list(_not_open(ruling, Purpose.TRANSCRIBE, participant.participant_id))
        heard = turns_of(session, transcript, track, participant.participant_id, minus, pad_s=pad_s)
        captioned = turns(session, participant.participant_id)
        for span in spans:
            why = _why(ruling, purpose, span, participant.participant_id)
            silent = shared([span], unheard)
            whole = heard is None or (bool(silent) and captioned is None)
            parts = (span,) if whole else (*shared([span], heard or ()), *shared(silent, captioned or ()))
            cut += [_window(part, track.track_id, why) for part in parts]
    return cut


def _why(ruling: Ruling, purpose: Purpose, span: Interval, participant_id: str | None = None) -> str:
    """The rules that take a span out, by participant id; never a name."""
    least = Outcome.HOLD if participant_id is None else Outcome.MINUS
    rules = {
        f"{cell.participant_id} {cell.rule_id}"
        for cell in ruling.cells
        if cell.purpose in (purpose, Purpose.TRANSCRIBE)
        and participant_id in (None, cell.participant_id)
        and cell.outcome.restrictiveness >= least.restrictiveness
        and shared([cell.interval], [span])
    }
    return f"consent: {', '.join(sorted(rules)) or 'nothing was decided'}"


def _window(span: Interval, track_id: str | None, why: str) -> RedactionInterval:
    return RedactionInterval(start_s=span.start_s, end_s=span.end_s, track_id=track_id, reasons=(why,))


def cover(spans: Iterable[Interval] | Iterable[RedactionInterval], end_s: float) -> bool:
    """Whether spans leave nothing of ``[0, end_s)``."""
    covered = times(spans)
    return bool(covered) and not complement(covered, 0.0, end_s)
