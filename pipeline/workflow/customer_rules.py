"""Rules of one customer, proposed from what people decided again and again, and made by a lead with an expiry.

A text that was redacted by hand in several sessions of one customer becomes a term of that customer; one that is "not a
name" there becomes what no rule may guess. Nothing is proposed that somebody decided otherwise.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from pipeline.errors import RefusedByPolicy, UsageProblem
from pipeline.lexicon import company_key
from pipeline.records import Decision, Proposal, Role, Session, Verdict
from pipeline.records.shell_actor import mark
from pipeline.review import decision_log
from pipeline.review.actors import marks_of
from pipeline.review.queue import mask, proposals_by_session
from pipeline.store import Workspace
from pipeline.store.customer_rules import CustomerRule, RuleKind, add_rule
from pipeline.store.registry import Registry

NOT_A_NAME = "not a name"
"""The reason that the page's key W gives; said otherwise, keeping something teaches no rule."""
# A choice: what was decided once may be about that call alone.
_SESSIONS = 2
_KINDS = {"COMPANY": "company", "TERM": "product"}
_ALL = "rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSuggestion:
    """A rule that decisions speak for; ``text`` and ``customer`` are masked unless they are revealed."""

    suggestion: str
    kind: RuleKind
    customer: str
    text: str
    sessions: int


@dataclass(slots=True)
class _Pattern:
    """What was decided about one text where one customer takes part."""

    customer: str
    text: str
    label: str
    kinds: dict[RuleKind, set[str]] = field(default_factory=dict)
    contrary: bool = False


def require_lead(workspace: Workspace, account: str) -> None:
    """Lets only a lead's account of this machine go on to rules, as the page lets only a lead; else the ledger has it.

    Raises ``RefusedByPolicy`` for an account that the workspace does not name.
    """
    if account not in workspace.settings.review.leads:
        body = {"account": mark(account)}
        workspace.ledger.append("rule refused", datetime.now(UTC).isoformat(), body)
        raise RefusedByPolicy(
            "this account may not make or reveal rules",
            action="ask a lead, or name the account under review.leads in offrecord.toml",
        )


def suggest_rules(workspace: Workspace, *, reveal_to: str | None = None) -> tuple[RuleSuggestion, ...]:
    """What may be a rule, the most often decided first; revealed to an actor, which the ledger records first."""
    if reveal_to is not None:
        decision_log.note_reveal(workspace.db, _ALL, actor=reveal_to)
    shown = (lambda text: text) if reveal_to is not None else mask
    suggestions = [
        RuleSuggestion(
            suggestion=_mark(workspace, kind, pattern),
            kind=kind,
            customer=shown(pattern.customer),
            text=shown(pattern.text),
            sessions=len(pattern.kinds[kind]),
        )
        for kind, pattern in _suggested(workspace)
    ]
    return tuple(sorted(suggestions, key=lambda each: (-each.sessions, each.suggestion)))


def make_rule(
    workspace: Workspace, suggestion: str, *, until: date, actor: str, reason: str, now: datetime
) -> RuleKind:
    """Puts a suggested rule into its customer's list until its last day, and says which kind it is.

    The next run applies it. Raises ``UsageProblem`` for a suggestion that there is not, a day that is over, or a blank
    actor or reason.
    """
    if not actor.strip() or not reason.strip():
        raise UsageProblem("a rule needs an actor and a reason", action="give --by and --reason")
    if until < now.date():
        raise UsageProblem("the rule would be over already", action="give a later day")
    for kind, pattern in _suggested(workspace):
        if _mark(workspace, kind, pattern) == suggestion:
            rule = CustomerRule(
                kind=kind,
                customer=pattern.customer,
                text=pattern.text,
                kind_of_term=_KINDS.get(pattern.label, "other"),
                owner=f"{actor}: {reason}",
                until=until,
            )
            add_rule(workspace.root, rule)
            body = {"kind": kind.value, "until": until.isoformat(), **marks_of(actor)}
            workspace.ledger.append("customer rule", f"{suggestion} {now.isoformat()}", body)
            return kind
    raise UsageProblem("there is no such suggestion", action="see `offrecord terms suggest-rules`")


def _suggested(workspace: Workspace) -> Iterator[tuple[RuleKind, _Pattern]]:
    listed = {
        (customer, entry.secret.casefold())
        for term_list in workspace.listed().lists
        for customer in term_list.customers or {""}
        for _, entry in term_list.entries()
    }
    for pattern in _gathered(workspace).values():
        own, everywhere = (company_key(pattern.customer), pattern.text), ("", pattern.text)
        if pattern.contrary or len(pattern.kinds) != 1 or {own, everywhere} & listed:
            continue
        for kind, sessions in pattern.kinds.items():
            if len(sessions) >= _SESSIONS:
                yield kind, pattern


def _gathered(workspace: Workspace) -> dict[tuple[str, str], _Pattern]:
    """By customer and text what was decided, in sessions in which one customer alone takes part."""
    decided_by_session = decision_log.decisions_by_session(workspace.db)
    proposals = proposals_by_session(workspace, decided_by_session)
    gathered: dict[tuple[str, str], _Pattern] = {}
    for session in Registry(workspace.db).sessions():
        customer, session_id = _customer(session), session.session_id
        if customer is None or session_id not in proposals:
            continue
        decided = _one_by_one(decided_by_session[session_id])
        for proposal in proposals[session_id]:
            decision = decided.get(proposal.proposal_id)
            if decision is None or proposal.is_heard_again:
                continue
            for text in {finding.text.casefold() for finding in proposal.findings} - {""}:  # a face has none
                key = (company_key(customer), text)
                pattern = gathered.setdefault(key, _Pattern(customer=customer, text=text, label=proposal.label))
                _count(pattern, proposal, decision, session_id)
    return gathered


def _count(pattern: _Pattern, proposal: Proposal, decision: Decision, session_id: str) -> None:
    kind = _kind(proposal, decision)
    if kind is not None:
        pattern.kinds.setdefault(kind, set()).add(session_id)
    elif not _is_known(proposal):
        pattern.contrary = True


def _kind(proposal: Proposal, decision: Decision) -> RuleKind | None:
    """What a decision speaks for: people have a consent of their own, and what is listed needs no rule."""
    if decision.verdict is Verdict.KEEP:
        return RuleKind.NEVER if decision.reason == NOT_A_NAME else None
    return None if proposal.label == "PERSON" or _is_known(proposal) else RuleKind.ALWAYS


def _is_known(proposal: Proposal) -> bool:
    return any(finding.rule.spec.listed for finding in proposal.findings)


def _one_by_one(decisions: Sequence[Decision]) -> dict[str, Decision]:
    """The latest decision about each proposal that somebody looked at: one decision for many at once has their time."""
    times = [decision.decided_at for decision in decisions]
    latest = {decision.proposal_id: decision for decision in decisions}
    return {proposal_id: each for proposal_id, each in latest.items() if times.count(each.decided_at) == 1}


def _customer(session: Session) -> str | None:
    """The one customer of a session; None where several take part, or none is known."""
    companies = {
        company_key(person.company): person.company
        for person in session.participants
        if person.company and person.role not in (Role.STAFF, Role.BOT)
        if company_key(person.company) != company_key(session.host or "")
    }
    return next(iter(companies.values())) if len(companies) == 1 else None


def _mark(workspace: Workspace, kind: RuleKind, pattern: _Pattern) -> str:
    source = f"{kind.value}\n{company_key(pattern.customer)}\n{pattern.text}".encode()
    return f"c-{hmac.new(workspace.key('alias'), source, hashlib.sha256).hexdigest()[:12]}"
