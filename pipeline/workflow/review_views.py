"""A session as a reviewer sees it: turns of words and proposals, with what each would take out; masked until revealed.

Pure: from an opened review and what was decided, to values for a page or a terminal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline import spans
from pipeline.records import Decision, Finding, PicturePlace, Proposal, SoundPlace, TextPlace, Verdict, Word
from pipeline.review.finding_edits import base_id, mark_of
from pipeline.review.queue import mask
from pipeline.review.uncertainty_margin import Widener
from pipeline.review.windows import of_findings, windows
from pipeline.settings import RedactSettings
from pipeline.workflow.review_material import ReviewSession

# A choice, not a measurement: where the recogniser holds another reading for as likely as the one that is written.
UNCERTAIN = 0.5
_PAUSE_S = 3.0
_LONGEST_TURN = 60
"""Words; a longer turn is shown in parts, so that a page lays out only what is on the screen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordView:
    """One word: times in seconds, its place in the transcript, the proposals over it, and whether it is uncertain."""

    index: int
    start_s: float
    end_s: float
    text: str
    proposals: tuple[str, ...] = ()
    uncertain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnView:
    """Words that one speaker says on one track; ``speaker`` is the participant's id, empty for nobody known."""

    track_id: str
    speaker: str
    words: tuple[WordView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionView:
    """One mention: its own times, and the window that is taken out for it; without times in a text alone."""

    finding_id: str
    version: int
    rule: str
    score: float
    surface: str
    track_id: str = ""
    start_s: float | None = None
    end_s: float | None = None
    words: tuple[int, int] = (0, 0)
    text: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalView:
    """One proposal, its decision and what it takes out: ``muted_s`` seconds and ``words`` words of the session."""

    proposal_id: str
    replacement: str
    category: str
    text: tuple[str, ...]
    score: float
    decision: str
    reason: str
    actor: str
    version: int
    category_version: int
    mentions: tuple[MentionView, ...]
    windows: tuple[tuple[float, float], ...]
    muted_s: float
    words: int
    is_picture: bool
    edits: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What people decided in a session: the decisions that hold, and the numbers of the last acts."""

    decisions: Sequence[Decision]
    versions: Mapping[str, int]
    edit_versions: Mapping[str, int]


def turn_views(opened: ReviewSession, decided: Decided) -> tuple[TurnView, ...]:
    """The transcript in order of time; words of what is not kept are masked."""
    words = opened.material.transcript.words
    kept = {each.proposal_id for each in decided.decisions if each.verdict is Verdict.KEEP}
    covered: dict[int, list[str]] = {}
    for proposal in opened.proposals:
        for finding in proposal.findings:
            if isinstance(finding.place, SoundPlace):
                for index in range(*finding.place.words):
                    covered.setdefault(index, []).append(proposal.proposal_id)
    views = [_word(index, word, tuple(covered.get(index, ())), kept) for index, word in enumerate(words)]
    return tuple(
        TurnView(
            track_id=words[turn[0]].track_id,
            speaker=words[turn[0]].participant_id or "",
            words=tuple(views[index] for index in turn),
        )
        for turn in _turns(words)
    )


def proposal_views(opened: ReviewSession, decided: Decided, settings: RedactSettings) -> tuple[ProposalView, ...]:
    """Every proposal in order of its first mention, then those of texts, then those of the picture."""
    transcript = opened.material.transcript
    widener = Widener(transcript, opened.session.tracks, settings)
    latest = {each.proposal_id: each for each in decided.decisions}
    starts = sorted((word.start_s, word.end_s) for word in transcript.words)
    views = [
        _proposal(
            proposal, latest.get(proposal.proposal_id), decided, _taken(opened, proposal, widener, settings), starts
        )
        for proposal in opened.proposals
    ]
    return tuple(sorted(views, key=lambda view: (view.is_picture, _first_s(view))))


def revealed(opened: ReviewSession, proposal_id: str) -> dict[int, str]:
    """The words under a proposal, by their place in the transcript."""
    words = opened.material.transcript.words
    places = (
        finding.place
        for proposal in opened.proposals
        if proposal.proposal_id == proposal_id
        for finding in proposal.findings
    )
    return {
        index: words[index].text for place in places if isinstance(place, SoundPlace) for index in range(*place.words)
    }


def _word(index: int, word: Word, proposals: tuple[str, ...], kept: set[str]) -> WordView:
    is_masked = bool(set(proposals) - kept)
    return WordView(
        index=index,
        start_s=word.start_s,
        end_s=word.end_s,
        text=mask(word.text) if is_masked else word.text,
        proposals=proposals,
        uncertain=word.probability < UNCERTAIN,
    )


def _turns(words: Sequence[Word]) -> Iterator[list[int]]:
    turn: list[int] = []
    for index, word in enumerate(words):
        last = words[turn[-1]] if turn else None
        if last is not None and (
            (last.track_id, last.participant_id) != (word.track_id, word.participant_id)
            or word.start_s - last.end_s > _PAUSE_S
            or len(turn) >= _LONGEST_TURN
        ):
            yield turn
            turn = []
        turn.append(index)
    if turn:
        yield turn


def _taken(
    opened: ReviewSession, proposal: Proposal, widener: Widener, settings: RedactSettings
) -> list[tuple[float, float]]:
    """The spans of sound that this proposal alone takes out, in order and apart."""
    wide = windows(of_findings([proposal], widener), duration_s=opened.session.duration_s, settings=settings)
    return [(start_s, end_s) for start_s, end_s in spans.merge(spans.times(wide))]


def _proposal(
    proposal: Proposal,
    decision: Decision | None,
    decided: Decided,
    taken: list[tuple[float, float]],
    words: Sequence[tuple[float, float]],
) -> ProposalView:
    mentions = tuple(_mention(finding, decided.edit_versions) for finding in proposal.findings)
    return ProposalView(
        proposal_id=proposal.proposal_id,
        replacement=proposal.replacement,
        category=proposal.label,
        text=tuple(dict.fromkeys(mask(finding.text) for finding in proposal.findings)),
        score=round(proposal.score, 2),
        decision=decision.verdict.value if decision else "undecided",
        reason=decision.reason if decision else "",
        actor=decision.actor if decision else "",
        version=decided.versions.get(proposal.proposal_id, 0),
        category_version=decided.edit_versions.get(mark_of(proposal.entity), 0),
        mentions=mentions,
        windows=tuple((round(start_s, 3), round(end_s, 3)) for start_s, end_s in taken),
        muted_s=round(spans.total(taken), 2),
        words=_count(words, taken),
        is_picture=proposal.is_picture,
    )


def _mention(finding: Finding, edit_versions: Mapping[str, int]) -> MentionView:
    finding_id, place = base_id(finding.finding_id), finding.place
    view = MentionView(
        finding_id=finding_id,
        version=edit_versions.get(mark_of(finding_id), 0),
        rule=finding.rule.value,
        score=round(finding.score, 2),
        surface="picture" if isinstance(place, PicturePlace) else "sound",
    )
    match place:
        case SoundPlace(track_id=track_id, words=words):
            return replace(
                view, track_id=track_id, start_s=round(place.start_s, 3), end_s=round(place.end_s, 3), words=words
            )
        case PicturePlace(start_s=start_s, end_s=end_s):
            return replace(view, start_s=start_s, end_s=end_s)
        case TextPlace(surface=surface):
            return replace(view, surface=surface)


def _count(words: Sequence[tuple[float, float]], taken: Iterable[tuple[float, float]]) -> int:
    """How many words lie in these spans at least in part; both in order of time."""
    count, at = 0, 0
    for start_s, end_s in taken:
        while at < len(words) and words[at][1] <= start_s:
            at += 1
        number = at
        while number < len(words) and words[number][0] < end_s:
            count += words[number][1] > start_s
            number += 1
    return count


def _first_s(view: ProposalView) -> float:
    return min((mention.start_s for mention in view.mentions if mention.start_s is not None), default=float("inf"))
