"""Proves one finished file from itself alone, by what a person says must not be in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.media import probe
from pipeline.media.output_formats import format_of
from pipeline.proof.expected import ExpectedSound
from pipeline.proof.media_file import media_checks
from pipeline.proof.silence import EDGE_S
from pipeline.records import Check, PlannedTerm, Proof, ProofVerdict, RedactionInterval


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlan:
    """What a file is proved against: spans in seconds, and terms that may appear nowhere."""

    windows: tuple[RedactionInterval, ...]
    terms: tuple[str, ...]
    fill: str


def prove_file(file: Path, *, plan: FilePlan) -> Proof:
    """Prove a finished file against a plan from the file alone: every byte, levels, streams, tags, terms."""
    probed, output_format = probe(file), format_of(file.suffix)
    sound = ExpectedSound(track_ids=("",), windows=plan.windows, length_s=None, tone=plan.fill == "tone")
    checks = list(
        media_checks(
            file,
            output_format=output_format.after(probed.audio[0].codec if probed.audio else ""),
            sounds=[sound] * max(1, len(probed.audio)),
            picture=probed.video is not None,
            terms=tuple(PlannedTerm(text=term, replacement="") for term in plan.terms),
        )
    )
    short = sum(window.end_s - window.start_s <= 2 * EDGE_S for window in plan.windows)
    if short and not output_format.lossless:
        detail = f"{short} windows are too short to be measured in this kind of file"
        checks.append(Check(name="length of the windows", verdict=ProofVerdict.UNCHECKED, detail=detail))
    return Proof(checks=tuple(checks))
