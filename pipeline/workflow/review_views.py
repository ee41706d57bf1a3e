"""A session as a reviewer sees it: turns of words and proposals, with what each would take out; masked until revealed.

Pure: from an opened review and what was decided, to values for a page or a terminal.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline import spans
from pipeline.records import Decision, Finding, PicturePlace, Proposal, SoundPlace, TextPlace, Verdict, Word
from pipeline.review import ConsentMarks
from pipeline.review.finding_edits import base_id, category_target, mark_of
from pipeline.review.queue import mask, shown_verdict
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
class TurnView:
    """Words that one speaker says on one track, column by column, because a long session has 30,000 of them.

    ``speaker`` is the participant's id, empty for nobody known, ``assigned`` says that a reviewer gave it; ``first`` is
    the place of the first word in the transcript; ``starts`` and ``ends`` are seconds. ``proposals`` has the proposals
    over a word by its place in the turn, ``uncertain`` the places of words that were heard uncertainly.
    """

    track_id: str
    speaker: str
    assigned: bool
    first: int
    starts: tuple[float, ...]
    ends: tuple[float, ...]
    texts: tuple[str, ...]
    proposals: Mapping[int, tuple[str, ...]]
    uncertain: tuple[int, ...]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalView:
    """One proposal, its decision and what it takes out: ``muted_s`` seconds and ``words`` words of the session.

    ``flagged`` says that ``actor`` left it to a lead, for ``reason``; it is undecided then. ``closed`` says whose
    consent takes it out whatever is decided, empty where nobody's does; ``concerns`` whose answer it touches, and how.
    """

    proposal_id: str
    replacement: str
    category: str
    text: tuple[str, ...]
    score: float
    decision: str
    closed: str
    concerns: tuple[str, ...]
    flagged: bool
    reason: str
    actor: str
    version: int
    category_version: int
    mentions: tuple[MentionView, ...]
    windows: tuple[tuple[float, float], ...]
    muted_s: float
    words: int
    is_picture: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What people decided in a session: the decisions that hold, what is left to a lead, numbers of the last acts."""

    decisions: Sequence[Decision]
    flags: Mapping[str, Decision]
    versions: Mapping[str, int]
    edit_versions: Mapping[str, int]


def turn_views(opened: ReviewSession, decided: Decided) -> tuple[TurnView, ...]:
    """The transcript in order of time; words of what is not kept are masked."""
    words, covered, kept = opened.transcript.words, _covered(opened), _kept(opened, decided)
    heard = opened.material.transcript.words
    return tuple(_turn(words, turn, covered, kept, heard) for turn in turns_of_words(words))


def masked_words(opened: ReviewSession, decided: Decided) -> frozenset[int]:
    """The places of the words that nobody sees without revealing them: those of what is not kept."""
    kept = _kept(opened, decided)
    return frozenset(index for index, proposals in _covered(opened).items() if not kept.issuperset(proposals))


def _covered(opened: ReviewSession) -> dict[int, list[str]]:
    """By place of a word the proposals over it."""
    covered: dict[int, list[str]] = {}
    for proposal in opened.proposals:
        for finding in proposal.findings:
            if isinstance(finding.place, SoundPlace):
                for index in range(*finding.place.words):
                    covered.setdefault(index, []).append(proposal.proposal_id)
    return covered


def _kept(opened: ReviewSession, decided: Decided) -> set[str]:
    """What is kept indeed: the latest decision says so, and consent does not take it out all the same."""
    latest = {each.proposal_id: each.verdict for each in decided.decisions}
    return {each for each, verdict in latest.items() if verdict is Verdict.KEEP} - opened.marks.closed.keys()


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOut:
    """What redacting one proposal alone takes out: spans in order and apart, and how many words lie in them."""

    windows: tuple[tuple[float, float], ...]
    words: int


def taken_out(opened: ReviewSession, settings: RedactSettings) -> Mapping[str, TakenOut]:
    """By proposal what it takes out, whatever was decided; the same for as long as the review is."""
    transcript = opened.transcript
    widener = Widener(transcript, opened.session.tracks, settings)
    times = _Times(sorted(word.start_s for word in transcript.words), sorted(word.end_s for word in transcript.words))
    taken = {each.proposal_id: _windows(opened, each, widener, settings) for each in opened.proposals}
    return {
        proposal_id: TakenOut(windows=tuple(spans_s), words=times.within(spans_s))
        for proposal_id, spans_s in taken.items()
    }


def proposal_views(opened: ReviewSession, decided: Decided, taken: Mapping[str, TakenOut]) -> tuple[ProposalView, ...]:
    """Every proposal in order of its first mention, then those of texts, then those of the picture."""
    latest = {each.proposal_id: each for each in decided.decisions}
    views = [
        _proposal(
            each,
            latest.get(each.proposal_id),
            decided,
            taken[each.proposal_id],
            marks=opened.marks,
        )
        for each in opened.proposals
    ]
    return tuple(sorted(views, key=lambda view: (view.is_picture, _first_s(view))))


def revealed(opened: ReviewSession, proposal_id: str) -> dict[int, str]:
    """The words under a proposal, by their place in the transcript."""
    words = opened.transcript.words
    places = (
        finding.place
        for proposal in opened.proposals
        if proposal.proposal_id == proposal_id
        for finding in proposal.findings
    )
    return {
        index: words[index].text for place in places if isinstance(place, SoundPlace) for index in range(*place.words)
    }


def _turn(
    words: Sequence[Word], turn: range, covered: Mapping[int, list[str]], kept: set[str], heard: Sequence[Word]
) -> TurnView:
    own = words[turn.start : turn.stop]
    over = {number: tuple(covered[index]) for number, index in enumerate(turn) if index in covered}
    masked = {number for number, proposals in over.items() if not kept.issuperset(proposals)}
    return TurnView(
        track_id=own[0].track_id,
        speaker=own[0].participant_id or "",
        assigned=heard[turn.start].participant_id != own[0].participant_id,
        first=turn.start,
        starts=tuple(round(word.start_s, 3) for word in own),
        ends=tuple(round(word.end_s, 3) for word in own),
        texts=tuple(mask(word.text) if number in masked else word.text for number, word in enumerate(own)),
        proposals=over,
        uncertain=tuple(number for number, word in enumerate(own) if word.probability < UNCERTAIN),
    )


def turns_of_words(words: Sequence[Word]) -> Iterator[range]:
    """The places of the words of each turn: neighbours of one track and speaker, without a long pause."""
    start = 0
    for index in range(1, len(words) + 1):
        last, word = words[index - 1], words[index] if index < len(words) else None
        if (
            word is None
            or (last.track_id, last.participant_id) != (word.track_id, word.participant_id)
            or word.start_s - last.end_s > _PAUSE_S
            or index - start >= _LONGEST_TURN
        ):
            yield range(start, index)
            start = index


def _windows(
    opened: ReviewSession, proposal: Proposal, widener: Widener, settings: RedactSettings
) -> list[tuple[float, float]]:
    """The spans of sound that this proposal alone takes out, in order and apart."""
    wide = windows(of_findings([proposal], widener), duration_s=opened.session.duration_s, settings=settings)
    return [(round(start_s, 3), round(end_s, 3)) for start_s, end_s in spans.merge(spans.times(wide))]


def _proposal(
    proposal: Proposal, decision: Decision | None, decided: Decided, taken: TakenOut, *, marks: ConsentMarks
) -> ProposalView:
    edited, flag = decided.edit_versions, decided.flags.get(proposal.proposal_id)
    act, closed = decision or flag, marks.closed.get(proposal.proposal_id, "")
    return ProposalView(
        proposal_id=proposal.proposal_id,
        replacement=proposal.replacement,
        category=proposal.label,
        text=tuple(dict.fromkeys(mask(finding.text) for finding in proposal.findings)),
        score=round(proposal.score, 2),
        decision=shown_verdict(decision, closed=closed),
        closed=closed,
        concerns=marks.concerns.get(proposal.proposal_id, ()),
        flagged=flag is not None,
        reason=act.reason if act else "",
        actor=act.actor if act else "",
        version=decided.versions.get(proposal.proposal_id, 0),
        category_version=edited.get(mark_of(category_target(proposal)), 0) if edited else 0,
        mentions=tuple(_mention(finding, edited) for finding in proposal.findings),
        windows=taken.windows,
        muted_s=round(spans.total(taken.windows), 2),
        words=taken.words,
        is_picture=proposal.is_picture,
    )


def _mention(finding: Finding, edit_versions: Mapping[str, int]) -> MentionView:
    finding_id, place = base_id(finding.finding_id), finding.place
    view = MentionView(
        finding_id=finding_id,
        version=edit_versions.get(mark_of(finding_id), 0) if edit_versions else 0,
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


@dataclass(frozen=True, slots=True)
class _Times:
    """When the words of a session begin and end, each sorted."""

    starts: Sequence[float]
    ends: Sequence[float]

    def within(self, spans_s: Iterable[tuple[float, float]]) -> int:
        """How many words lie in these spans at least in part: those that begin before an end, less those over by then.

        A word across two spans, which are apart, counts in both.
        """
        return sum(bisect_left(self.starts, end_s) - bisect_right(self.ends, start_s) for start_s, end_s in spans_s)


def _first_s(view: ProposalView) -> float:
    return min((mention.start_s for mention in view.mentions if mention.start_s is not None), default=float("inf"))
