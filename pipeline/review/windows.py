"""Which spans of sound are taken out, and why each is as wide as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.records import Proposal, SoundPlace, Transcript, Window
from pipeline.review.spans import clip, merge, pad
from pipeline.settings import RedactSettings


def windows(wanted: Iterable[Window], *, duration_s: float, settings: RedactSettings) -> tuple[Window, ...]:
    """The windows within the session, in order, near ones of one track as one."""
    clipped = (clip(window, duration_s=duration_s) for window in wanted)
    return merge((window for window in clipped if window is not None), join_s=settings.join_s)


def of_findings(applied: Iterable[Proposal], settings: RedactSettings) -> Iterator[Window]:
    """A window on every track for each applied finding in the sound."""
    for proposal in applied:
        for finding in proposal.findings:
            place = finding.place
            if isinstance(place, SoundPlace):
                window = Window(
                    start_s=place.start_s,
                    end_s=place.end_s,
                    reasons=(finding.rule, f"pad {settings.pad_s:.3f} s", f"doubt {place.doubt_s:.3f} s"),
                    proposal_ids=(proposal.proposal_id,),
                )
                yield pad(window, pad_s=settings.pad_s, doubt_s=place.doubt_s)


def of_unheard(transcript: Transcript, settings: RedactSettings) -> Iterator[Window]:
    """A window on every track for speech that no word covers."""
    for gap in transcript.unheard:
        window = Window(start_s=gap.start_s, end_s=gap.end_s, reasons=("speech that no word covers",))
        yield pad(window, pad_s=settings.pad_s, doubt_s=0.0)
