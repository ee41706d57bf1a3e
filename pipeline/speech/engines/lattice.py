"""Reads out of an engine's word lattice which of its words it also thought of, and how likely each was."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from pipeline.speech.audio_types import Span

_NODE = re.compile(rb"^I=(\d+)\s+t=([\d.]+)\s+W=(\S+)", re.MULTILINE)
_LINK = rb"^J=\d+\s+S=(%s)\s+E=(\d+)\s+a=\S+\s+p=(\S+)"


class Lattice(Protocol):
    """What pocketsphinx gives as the lattice of an utterance."""

    def write_htk(self, path: str, /) -> None:
        """Writes it to a file: its nodes with words and times, its links with posterior chances."""


@dataclass(frozen=True, slots=True)
class LatticeArc:
    """A word of the lattice: its token, its span from the utterance's start, and its chance, 0 to 1."""

    token: str
    span: Span
    chance: float


def arcs(lattice: Lattice, tokens: Collection[str]) -> list[LatticeArc]:
    """Every place of these tokens in a lattice, one for each way into it and out of it."""
    # Without a name on disk from the start: what was said is gone with the process, however that ends.
    with tempfile.TemporaryFile() as file:
        lattice.write_htk(f"/dev/fd/{file.fileno()}")
        file.seek(0)
        written = file.read()
    times = {number: (float(time_s), token.decode()) for number, time_s, token in _NODE.findall(written)}
    wanted = [number for number, (_, token) in times.items() if token in tokens]
    links = re.compile(_LINK % b"|".join(wanted), re.MULTILINE).findall(written) if wanted else []
    return [
        LatticeArc(times[start][1], Span(times[start][0], times[end][0]), min(1.0, float(chance)))
        for start, end, chance in links
    ]


def merged_arcs(arcs: Iterable[LatticeArc], texts: dict[str, str]) -> list[LatticeArc]:
    """One thought for each place of a text, under its text: the chances of those that overlap are added.

    It reaches as far as the likeliest of them; ``texts`` says for what text each token stands.
    """
    merged: list[LatticeArc] = []
    for arc in sorted(arcs, key=lambda arc: -arc.chance):
        text = texts[arc.token]
        same = [other for other in merged if other.token == text and other.span.overlap_s(arc.span) > 0]
        if same:
            at = merged.index(same[0])
            merged[at] = LatticeArc(text, same[0].span, min(1.0, same[0].chance + arc.chance))
        else:
            merged.append(LatticeArc(text, arc.span, arc.chance))
    return sorted(merged, key=lambda arc: arc.span)
