"""What each leaked or over-muted word of a written session is due to: a rule, or the edges of what is right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.records import Finding, SoundPlace
from tests.benchmarks.hearing import Case, Span, _length, _muted, _without

EDGES = "edges of what is right"
_BESIDE_S = 0.5  # what the recogniser wrote so far around a leaked word is shown


@dataclass(frozen=True)
class SpokenWord:
    """One word as it was said: when, by whom, and which secret it is part of, "" for none."""

    text: str
    start_s: float
    end_s: float
    speaker: str
    secret: str = ""
    mention: str = ""


@dataclass(frozen=True)
class Cause:
    """Seconds of words that are no secret and are muted for one finding; ``rule`` is ``EDGES`` where it is right."""

    rule: str
    entity: str
    heard: str
    words: str
    seconds: float


def over_muting(words: Sequence[SpokenWord], case: Case) -> Iterator[Cause]:
    """Shares the over-muted seconds out among the findings: right ones first, then by rule in order of the sound."""
    taken: list[Span] = []
    secret = [(word.start_s, word.end_s) for word in words if word.secret]
    in_sound = [finding for finding in case.findings if isinstance(finding.place, SoundPlace)]
    right = {finding.finding_id: _is_right(finding, secret) for finding in in_sound}
    for finding in sorted(in_sound, key=lambda finding: not right[finding.finding_id]):
        muted = _without(_muted(replace(case, findings=(finding,)), lambda _: True), taken)
        hit = [(word, _within((word.start_s, word.end_s), muted)) for word in words if not word.secret]
        hit = [(word, seconds) for word, seconds in hit if seconds > 0.0]
        taken += muted
        if hit:
            rule = EDGES if right[finding.finding_id] else str(finding.rule)
            spoken = " ".join(word.text for word, _ in hit)
            yield Cause(rule, finding.entity, _heard(finding, case), spoken, sum(seconds for _, seconds in hit))


def leaks(name: str, audible: Sequence[SpokenWord], case: Case) -> Iterator[str]:
    """A line for each word of a secret that can be heard: which, when, and what the recogniser wrote there."""
    for word in audible:
        start_s, end_s = word.start_s - _BESIDE_S, word.end_s + _BESIDE_S
        wrote = " ".join(
            heard.text for heard in case.transcript.words if heard.end_s > start_s and heard.start_s < end_s
        )
        place = f"{name} at {word.start_s:.1f} s, {word.secret}"
        yield f"  leaked in {place}: {word.text!r} of {word.mention!r}; wrote {wrote!r}"


def report(causes: Sequence[Cause], hours: float) -> Iterator[str]:
    """The rules by what they over-mute, in seconds for each hour, and below each the findings that are wrong."""
    by_rule: dict[str, list[Cause]] = defaultdict(list)
    for cause in causes:
        by_rule[cause.rule].append(cause)
    for rule, of_rule in sorted(by_rule.items(), key=lambda pair: -sum(cause.seconds for cause in pair[1])):
        seconds = sum(cause.seconds for cause in of_rule)
        yield f"  over-muted by {rule}: {seconds / hours:.0f} s/h, {len(of_rule)} findings"
        for cause in sorted(of_rule, key=lambda cause: -cause.seconds):
            if rule != EDGES or cause.seconds > _BESIDE_S:
                yield f"    {cause.seconds:.2f} s {cause.entity}, heard {cause.heard!r}: {cause.words!r}"


def _is_right(finding: Finding, secret: Sequence[Span]) -> bool:
    place = finding.place
    return isinstance(place, SoundPlace) and _within((place.start_s, place.end_s), secret) > 0.0


def _within(span: Span, spans: Sequence[Span]) -> float:
    return _length([span]) - _length(_without([span], spans))


def _heard(finding: Finding, case: Case) -> str:
    place = finding.place
    words = case.transcript.words[slice(*place.words)] if isinstance(place, SoundPlace) else ()
    return " ".join(word.text for word in words) or finding.text
