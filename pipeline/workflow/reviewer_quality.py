"""How reviewers do, for a lead: what they miss of known names that are shown blind, how fast they are, their reveals.

A share of the listed names and terms, which policy sets, is shown on the review page as if it were a guess: without its
list, its label and its score. No mention is invented: sound and transcript would say so. Whoever keeps one missed it,
and nothing is let out by that: they are shown what it is, and decide again. What nobody decides is redacted.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from pipeline.errors import VersionConflict
from pipeline.records import Decision, DetectionRule, Proposal, Verdict
from pipeline.records.shell_actor import mark
from pipeline.review import decision_log
from pipeline.store import Workspace
from pipeline.workflow import review_actions
from pipeline.workflow.review_edits import SUBMITTED
from pipeline.workflow.review_views import ProposalView

_BLIND, _MISS = "blind decision", "blind miss"
_SHOWN = "kept when it was shown as a guess"
# A choice: whoever does nothing for longer is not at work on the next decision.
_PAUSE_S = 120.0
_SHOWN_AS = {"PERSON": ("PERSON", "person"), "COMPANY": ("COMPANY", "company")}
_OTHERS = ("OTHER", "name")
_FULL = 1 << 32


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerQuality:
    """One reviewer: ``per_minute`` counts the time between decisions without pauses, None where there is too little.

    ``missed`` of ``blind`` known names that were shown blind were kept at the first look; ``miss_rate`` None for none.
    """

    reviewer: str
    decisions: int
    per_minute: float | None
    reveals: int
    blind: int
    missed: int
    miss_rate: float | None


def blind_ids(workspace: Workspace, proposals: Iterable[Proposal]) -> frozenset[str]:
    """The proposals that the page shows blind: the same ones each time, which nobody without the key can foresee.

    None that was ever left to a lead: a lead decides knowing what it is, and whoever left it has seen that since.
    """
    rate, key = workspace.settings.review.blind_rate, workspace.key("plan")
    if not rate:
        return frozenset()
    blind = {
        proposal.proposal_id: proposal.session_id
        for proposal in proposals
        if _is_known(proposal) and _share(key, proposal.proposal_id) < rate
    }
    sessions = set(blind.values())
    missed = {entry.split(" ")[1] for each in sessions for entry, _ in workspace.ledger.under(_MISS, f"{each} ")}
    flagged = {proposal_id for each in sessions for proposal_id in decision_log.ever_flagged(workspace.db, each)}
    return frozenset(blind.keys() - missed - flagged)


def disguised(workspace: Workspace, views: Sequence[ProposalView], blind: Collection[str]) -> tuple[ProposalView, ...]:
    """The views with those that are blind as a guess of the name model.

    Guesses and those are numbered together, in the order of the views, so that no number gives one away.
    """
    if not any(view.proposal_id in blind for view in views):
        return tuple(views)
    taken = {view.replacement for view in views if view.proposal_id not in blind and not _is_guess(view)}
    numbers: Counter[str] = Counter()
    shown = []
    for view in views:
        if view.proposal_id in blind:
            view = _as_guess(workspace, view)
        if _is_guess(view):
            kind = view.replacement.strip("[]").rpartition(" ")[0]
            view = replace(view, replacement=_next_label(kind, numbers, taken))
        shown.append(view)
    return tuple(shown)


def _as_guess(workspace: Workspace, view: ProposalView) -> ProposalView:
    category, kind = _SHOWN_AS.get(view.category, _OTHERS)
    score = round(0.45 + 0.3 * _share(workspace.key("plan"), f"score {view.proposal_id}"), 2)
    guess = DetectionRule.NAME_MODEL.value
    mentions = tuple(replace(mention, rule=guess, score=score) for mention in view.mentions)
    return replace(
        view, category=category, closed="", concerns=(), replacement=f"[{kind} 0]", score=score, mentions=mentions
    )


def _is_guess(view: ProposalView) -> bool:
    """Whether nothing but a guess says that it is confidential."""
    return bool(view.mentions) and all(not DetectionRule(mention.rule).spec.listed for mention in view.mentions)


def _next_label(kind: str, numbers: Counter[str], taken: Collection[str]) -> str:
    """The next number of a kind that no known name has."""
    while True:
        numbers[kind] += 1
        label = f"[{kind} {numbers[kind]}]"
        if label not in taken:
            return label


class BlindMiss(VersionConflict):
    """Somebody kept what was shown to them as a guess, and now sees what it is: it stays redacted."""

    def __init__(self, version: int) -> None:
        super().__init__(version)
        self.message, self.action = "a list has this as confidential", "look at it again, then decide"

    def __reduce__(self) -> tuple[object, ...]:
        return (BlindMiss, (self.version,))


def decide_shown(
    workspace: Workspace,
    proposal: Proposal,
    verdict: Verdict,
    *,
    actor: str,
    reason: str,
    version: int,
    is_lead: bool = False,
    now: datetime | None = None,
) -> int:
    """Stores what somebody decided who saw a proposal on the page, blind or as it is; gives its number.

    Raises ``BlindMiss`` where they kept what was shown blind: that is noted, nothing is kept, and it is blind no more.
    Else as ``decide_proposal``.
    """
    session_id = proposal.session_id
    who: dict[str, Any] = {"actor": actor, "version": version, "is_lead": is_lead, "now": now}
    blind = blind_ids(workspace, [proposal])
    if verdict is Verdict.KEEP and blind:
        number = review_actions.decide_proposal(workspace, proposal, Verdict.OPEN, reason=_SHOWN, **who)
        body = {"session_id": session_id, "proposal_id": proposal.proposal_id}
        workspace.ledger.append(_MISS, f"{session_id} {proposal.proposal_id} {number}", body)
        raise BlindMiss(number)
    number = review_actions.decide_proposal(workspace, proposal, verdict, reason=reason, **who)
    note_blind(workspace, session_id, proposal.proposal_id, number, blind)
    return number


def note_blind(workspace: Workspace, session_id: str, proposal_id: str, seq: int, blind: Collection[str]) -> None:
    """Notes that the decision of this number was about something that was shown blind, if it was; once."""
    if proposal_id in blind:
        workspace.ledger.append(_BLIND, f"{seq}", {"session_id": session_id, "proposal_id": proposal_id})


def reviewer_quality(workspace: Workspace) -> tuple[ReviewerQuality, ...]:
    """Every reviewer who decided something, by name; what was submitted undecided counts for nobody."""
    history = [entry for entry in decision_log.history(workspace.db) if entry[2].reason != SUBMITTED]
    blind = {int(key): False for key, _ in workspace.ledger.under(_BLIND, "")}
    blind |= {int(key.rpartition(" ")[2]): True for key, _ in workspace.ledger.under(_MISS, "")}
    reveals = _reveals(workspace)
    by_actor: dict[str, list[tuple[int, str, Decision]]] = {}
    for entry in history:
        by_actor.setdefault(entry[2].actor, []).append(entry)
    return tuple(_quality(actor, entries, blind, reveals) for actor, entries in sorted(by_actor.items()))


def _quality(
    actor: str, entries: Sequence[tuple[int, str, Decision]], blind: Mapping[int, bool], reveals: Mapping[str, int]
) -> ReviewerQuality:
    """``blind`` says of each act about something that was shown blind whether it is known as a miss."""
    first: dict[str, bool] = {}
    for seq, _, decision in entries:
        if seq in blind and (blind[seq] or decision.verdict not in decision_log.UNDECIDED):
            first.setdefault(decision.proposal_id, blind[seq] or decision.verdict is Verdict.KEEP)
    missed = sum(first.values())
    return ReviewerQuality(
        reviewer=actor,
        decisions=sum(decision.verdict not in decision_log.UNDECIDED for _, _, decision in entries),
        per_minute=_per_minute(
            [decision for _, _, decision in entries if decision.verdict not in decision_log.UNDECIDED]
        ),
        reveals=reveals.get(mark(actor), 0),
        blind=len(first),
        missed=missed,
        miss_rate=round(missed / len(first), 3) if first else None,
    )


def _per_minute(decisions: Sequence[Decision]) -> float | None:
    """Decisions a minute at work; many that were made at once are one look."""
    times = sorted({decision.decided_at for decision in decisions})
    gaps = [gap for before, after in pairwise(times) if (gap := (after - before).total_seconds()) <= _PAUSE_S]
    return round(60 * len(gaps) / sum(gaps), 1) if gaps and sum(gaps) > 0 else None


def _reveals(workspace: Workspace) -> dict[str, int]:
    counts: dict[str, int] = {}
    for _, body in workspace.ledger.under("reveal", ""):
        actor = str(json.loads(body).get("actor", ""))
        counts[actor] = counts.get(actor, 0) + 1
    return counts


def _is_known(proposal: Proposal) -> bool:
    """Whether a list or the session itself says for sure that it is confidential."""
    return (
        not proposal.is_heard_again
        and not proposal.is_picture
        and any(finding.rule.spec.listed for finding in proposal.findings)
    )


def _share(key: bytes, text: str) -> float:
    """A number from 0 to 1 that is the same for the same text, and like chance without the key."""
    digest = hmac.digest(key, f"offrecord blind v1\n{text}".encode(), hashlib.sha256)
    return int.from_bytes(digest[:4]) / _FULL
