"""Proof (ii), third part: packets that no window touches are the source's.

The packets are read by ffmpeg and known by their digests; what the renderer said it did is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest
from pathlib import Path
from typing import Protocol

from pipeline import spans
from pipeline.media import probe
from pipeline.media.packets import Packet, packets
from pipeline.proof.expected import ExpectedSound, Seconds
from pipeline.records import Check, ProofVerdict

NAME = "untouched packets"
# A packet of AAC-LC carries the samples [p, p + 2048) (rendering everything from s - 2048 on leaves nothing; only the
# packets in [s, e) left 1,259 samples of a tone at -5.8 dB). Stretches closer than four packets are one.
FRAME, REACH, NEAR = 1024, 2048, 4
# Matroska counts milliseconds.
SLACK_S = 0.0015


class WritingMethod(Protocol):
    """How the renderer says it wrote a sound."""

    @property
    def spliced(self) -> bool:
        """Whether it claims to have copied packets."""

    @property
    def way(self) -> str:
        """The same in words."""


def untouched_packets(path: Path, expected: ExpectedSound, *, way: WritingMethod, stream: int = 0) -> Check:
    """Whether every packet of the spliced ``stream`` that no window reaches is the source's own.

    Count and times must be the same. A packet before the start or around the end may differ: nobody hears these.
    """
    if not way.spliced:
        return Check(name=NAME, verdict=ProofVerdict.PROVED, detail=f"none: {way.way}")
    source = expected.sources[0]
    finished = packets(path, stream=stream)
    original = packets(source.path, stream=source.stream)
    try:
        return _compared(finished, original, _reach(expected, rate=probe(path).audio[stream].sample_rate))
    finally:
        finished.close()
        original.close()


def _compared(finished: Iterator[Packet], original: Iterator[Packet], reach: Sequence[Seconds]) -> Check:
    same, other, near = 0, 0, 0
    first, oldest = next(finished, None), next(original, None)
    if first is None:
        return Check(name=NAME, verdict=ProofVerdict.UNCHECKED, detail="the finished file has no packets")
    # A container that knows no priming starts with the first packet that is heard.
    while oldest is not None and first[0] >= -SLACK_S and oldest[0] <= -SLACK_S:
        oldest = next(original, None)
    before = () if oldest is None else (oldest,)
    for new, old in zip_longest(chain((first,), finished), chain(before, original)):
        if new is None or old is None:
            return Check(name=NAME, verdict=ProofVerdict.LEAK, detail="more or fewer packets than the source has")
        if abs(new[0] - old[0]) > SLACK_S:
            return Check(name=NAME, verdict=ProofVerdict.LEAK, detail="a packet has moved", at_s=new[0])
        if new[1] == old[1]:
            same += 1
            continue
        while near < len(reach) and reach[near][1] < new[0]:
            near += 1
        if near == len(reach) or not reach[near][0] < new[0]:
            return Check(name=NAME, verdict=ProofVerdict.LEAK, detail="a packet is not the source's", at_s=new[0])
        other += 1
    return Check(name=NAME, verdict=ProofVerdict.PROVED, detail=f"{same} as in the source, {other} encoded again")


def _reach(expected: ExpectedSound, *, rate: int) -> list[Seconds]:
    """When a packet may start that is encoded again: it carries twice its length, and near stretches are one."""
    reach_s, near_s = REACH / rate + SLACK_S, NEAR * FRAME / rate
    end_s = expected.length_s or 0.0
    # Nobody hears what lies before the start or behind the end.
    taken = [*expected.taken_from(expected.track_ids[0]), (-1.0, 0.0), (end_s, 2 * end_s + 1.0)]
    return spans.merge(((start_s - reach_s, end_s + SLACK_S) for start_s, end_s in taken), gap=near_s)
