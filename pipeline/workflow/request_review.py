"""What a person does with requests: looks at them, decides, joins and parts groups, and finds out who asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.errors import RefusedByPolicy, UsageProblem
from pipeline.export.customers import customers_of
from pipeline.export.mentions import Mention
from pipeline.export.report import shown_text, told_source, without_place_last
from pipeline.lexicon import company_key, company_words, is_own_company, words_of
from pipeline.lexicon.counted import counted
from pipeline.records import RequestGroup
from pipeline.records.shell_actor import mark
from pipeline.store import Workspace, terms
from pipeline.store.customers import read_customers
from pipeline.store.registry import Registry
from pipeline.workflow import request_acts
from pipeline.workflow.request_acts import RequestAction, acts_of
from pipeline.workflow.request_report import Gathered, gather
from pipeline.workflow.request_secrets import secrets_of

_LIST_HINT = "`offrecord requests list` lists them"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLine:
    """One group in a list; None customers and sessions are too few to tell. ``requests`` are the ids of its wordings,
    which ``requests decide`` takes.
    """

    group: str
    kind: str
    title: str
    area: str
    source: str
    wordings: int
    customers: int | None
    sessions: int | None
    unsure: int
    requests: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WordingLine:
    """One wording of a group, with why it is tagged and how near it is to the others.

    Where its words may not be shown, neither is where, nor whether they were typed: the rendition has none.
    """

    request: str
    source: str
    session: str
    at: str
    quote: str
    score: float
    reason: str
    decided: str
    strength: str
    answer: str
    shared_words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestOrigin:
    """Who is behind an alias or a request, and where it was said or typed."""

    request: str
    alias: str
    customer: str
    source: str
    session: str
    at: str


def lines(workspace: Workspace, *, unsure: bool, now: datetime, least: int = 1) -> list[GroupLine]:
    """Every group, those with most wordings first; with ``unsure`` only those with something to decide.

    As in an export, what fewer customers than ``least`` ask for tells neither how many they are nor which.
    """
    gathered, acts = gather(workspace, now=now), acts_of(workspace)
    by_id = {mention.request_id: mention for mention in gathered.mentions}
    group_lines = []
    for group in gathered.groups:
        members = [by_id[request_id] for request_id in group.request_ids]
        open_ = sum(not mention.sure and mention.request_id not in acts.verdicts for mention in members)
        customers = len(set(customers_of(members).values()))
        enough = customers >= least
        if open_ or not unsure:
            group_lines.append(
                GroupLine(
                    group=group.group_id,
                    kind=members[0].kind,
                    title=shown_text(group.title, enough=enough),
                    area=members[0].area,
                    source=told_source(members),
                    wordings=len(members),
                    customers=customers if enough else None,
                    sessions=len({mention.session for mention in members}) if enough else None,
                    unsure=open_,
                    requests=tuple(group.request_ids),
                )
            )
    return sorted(group_lines, key=lambda line: (-line.wordings, line.title, line.group))


def shown(workspace: Workspace, name: str, *, now: datetime) -> list[WordingLine]:
    """Every wording of a group; raises ``UsageProblem`` where no such request may be shown."""
    gathered, acts = gather(workspace, now=now), acts_of(workspace)
    group = _group(gathered, name)
    by_id = {mention.request_id: mention for mention in gathered.mentions}
    return [
        WordingLine(
            request=mention.request_id,
            source=told_source([mention]),
            session=mention.session if mention.is_quoted else "",
            at=mention.at if mention.is_quoted else "",
            quote=mention.quote,
            score=mention.score,
            reason=mention.reason,
            decided=acts.verdicts.get(mention.request_id, ""),
            strength=str(mention.strength),
            answer=mention.answer,
            shared_words=" ".join(group.words),
        )
        for mention in sorted((by_id[request_id] for request_id in group.request_ids), key=without_place_last)
    ]


def unsure(workspace: Workspace, *, now: datetime) -> list[Mention]:
    """The requests and discoveries that are not sure and nobody decided, the likeliest first."""
    decided = acts_of(workspace).verdicts
    waiting = [
        mention
        for mention in gather(workspace, now=now).mentions
        if not mention.sure and mention.request_id not in decided
    ]
    return sorted(waiting, key=lambda mention: (-mention.score, mention.request_id))


def decide(
    workspace: Workspace, request_id: str, verdict: str | None, *, actor: str, reason: str, now: datetime
) -> None:
    """Accepts, rejects or reopens one request; a rejected one can be reopened though it is shown nowhere."""
    if verdict is None:
        raise UsageProblem("nothing was decided", action="give --accept, --reject or --undo")
    if RequestAction(verdict) is not RequestAction.REOPEN:
        group = _group(gather(workspace, now=now), request_id)
        if request_id not in group.request_ids:
            raise UsageProblem(
                f"{request_id} is a group of {counted(len(group.request_ids), 'request')}",
                action=f"decide each: `offrecord requests show {request_id}` lists them",
            )
    request_acts.decide(workspace, request_id, RequestAction(verdict), actor=actor, reason=reason)


def merge(workspace: Workspace, name: str, other: str, *, actor: str, reason: str, now: datetime) -> None:
    """Puts the groups of two requests together."""
    gathered = gather(workspace, now=now)
    first, second = _request_id(gathered, name), _request_id(gathered, other)
    request_acts.merge(workspace, first, second, actor=actor, reason=reason)


def split(workspace: Workspace, name: str, other: str, *, actor: str, reason: str, now: datetime) -> None:
    """Keeps two requests in different groups."""
    gathered = gather(workspace, now=now)
    first, second = _request_id(gathered, name), _request_id(gathered, other)
    request_acts.split(workspace, first, second, actor=actor, reason=reason)


def rename(workspace: Workspace, name: str, title: str, *, actor: str, reason: str, now: datetime) -> None:
    """Gives the group of a request a title; ``UsageProblem`` for one that names a customer, a participant or a term.

    It is in every export, whoever asked: no redaction comes between.
    """
    request_id = _request_id(gather(workspace, now=now), name)
    if _names_a_secret(workspace, title, now):
        raise UsageProblem(
            "the title names a customer, a participant, or what a term list has",
            action="choose one that says what is wanted",
        )
    request_acts.rename(workspace, request_id, title, actor=actor, reason=reason)


def resolve(
    workspace: Workspace, name: str, *, account: str, actor: str, reason: str, now: datetime
) -> list[RequestOrigin]:
    """Who is behind an alias or a request; that somebody looked is noted in the ledger before they see it.

    Only the accounts of this machine that the workspace names may: whoever ``actor`` says to be opens nothing. Raises
    ``RefusedByPolicy`` for others, ``UsageProblem`` where there is no such alias or no reason was given.
    """
    if account not in workspace.settings.review.resolvers:
        workspace.ledger.append("resolve refused", datetime.now(UTC).isoformat(), {"account": mark(account)})
        raise RefusedByPolicy(
            "this account may not see who is behind an alias",
            action="ask somebody who may, or name the account under review.resolvers in offrecord.toml",
        )
    if not actor.strip() or not reason.strip():
        raise UsageProblem("who resolves the alias, and why, is not stated", action="give --by and --reason")
    origins = [
        mention
        for mention in gather(workspace, now=now).mentions
        if name in (mention.customer, mention.request_id, mention.asker)
    ]
    if not origins:
        raise UsageProblem("there is no such alias or request", action=_LIST_HINT)
    at = datetime.now(UTC).isoformat()
    seen_by = {"actor": mark(actor), "account": mark(account)}
    workspace.ledger.append("resolve alias", f"{name} {at}", {"alias": name, **seen_by})
    return [
        RequestOrigin(
            request=mention.request_id,
            alias=mention.customer,
            customer=mention.company,
            source=mention.source,
            session=mention.session,
            at=mention.at,
        )
        for mention in origins
    ]


def _names_a_secret(workspace: Workspace, title: str, now: datetime) -> bool:
    """Whether a title holds the name of a customer, the whole name of somebody in a session, or a listed term."""
    words, names = words_of(title), set(read_customers(workspace.root))
    names |= {"".join(words_of(name)) for name in terms.read(workspace.root).names(now.date())}
    for session in Registry(workspace.db).sessions():
        for person in session.participants:
            names |= {"".join(words_of(name)) for name in (person.name, *person.aliases)}
            if person.company and not is_own_company(person.company, session.host):
                names |= {company_key(person.company), "".join(company_words(person.company))}
    ends = range(1, len(words) + 1)
    return any("".join(words[start:end]) in names for end in ends for start in range(end)) or secrets_of(
        workspace, now=now
    ).are_in(title)


def _group(gathered: Gathered, name: str) -> RequestGroup:
    group = next((group for group in gathered.groups if name in (group.group_id, *group.request_ids)), None)
    if group is None:
        raise UsageProblem("there is no such request", action=_LIST_HINT)
    return group


def _request_id(gathered: Gathered, name: str) -> str:
    """The request that is named, or the first of the group that is."""
    group = _group(gathered, name)
    return name if name in group.request_ids else group.request_ids[0]
