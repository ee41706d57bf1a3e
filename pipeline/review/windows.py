"""Which spans of sound are taken out, and why each is as wide as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.records import Proposal, RedactionInterval, SoundPlace, Transcript
from pipeline.review.spans import clip, merge, rounded
from pipeline.review.uncertainty_margin import Widener
from pipeline.settings import RedactSettings


def windows(
    wanted: Iterable[RedactionInterval], *, duration_s: float, settings: RedactSettings
) -> tuple[RedactionInterval, ...]:
    """The windows within the session, in order, near ones of one track as one; on the grid, if there is one."""
    clipped = [clipped for window in wanted if (clipped := clip(window, duration_s=duration_s)) is not None]
    apart = merge(clipped, join_s=settings.merge_gap_s)
    while settings.duration_step_s > 0:
        longer = [rounded(window, grid_s=settings.duration_step_s, duration_s=duration_s) for window in apart]
        joined = merge(longer, join_s=settings.merge_gap_s)
        if joined == apart:
            break
        apart = joined
    return apart


def of_findings(applied: Iterable[Proposal], widener: Widener) -> Iterator[RedactionInterval]:
    """A window on every track for each applied finding in the sound."""
    for proposal in applied:
        for finding in proposal.findings:
            if isinstance(finding.place, SoundPlace):
                yield from widener.widened(finding.place, rule=finding.rule, proposal_id=proposal.proposal_id)


def of_unheard(transcript: Transcript, widener: Widener) -> Iterator[RedactionInterval]:
    """A window on every track for speech that no word covers."""
    for gap in transcript.unheard:
        yield widener.of_span(gap.start_s, gap.end_s, "speech that no word covers")
