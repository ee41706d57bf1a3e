"""The feature requests of all sessions, grouped and counted, as far as consent goes at the moment of asking."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from pipeline import consent
from pipeline.export import Item, RequestReport, Selection, collect, report
from pipeline.export.mentions import Customer, Mention, plain_sentence
from pipeline.export.periods import HeldSession
from pipeline.records import Audience, RequestGroup, Ruling, Session
from pipeline.store import Workspace, run_clock
from pipeline.store.customers import read_customers
from pipeline.store.registry import Registry, SessionState
from pipeline.tag.grouping import Wording, WordingGroup, group, title_of
from pipeline.tag.grouping.group import THRESHOLD
from pipeline.workflow.request_acts import RequestAction, RequestActs, acts_of
from pipeline.workflow.request_secrets import RequestSecrets, secrets_of
from pipeline.workflow.tagging import ALIAS_KEY, TaggedSession, tagged, unpacked


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Every mention that may be shown now with its group, and the office hours that were held.

    ``rejected`` are those that consent lets be shown and a person said are none.
    ``valid_until`` is when time alone may first change any of it, in seconds since the epoch.
    """

    mentions: tuple[Mention, ...]
    groups: tuple[RequestGroup, ...]
    sessions: tuple[HeldSession, ...]
    rejected: tuple[Mention, ...]
    valid_until: float

    def report(self, selection: Selection) -> RequestReport:
        """What of it is selected, counted."""
        return report(self.mentions, self.groups, self.sessions, selection)

    def group_of(self, request_id: str) -> RequestGroup | None:
        """The group that a request is in; None where no such request may be shown."""
        return next((group for group in self.groups if request_id in group.request_ids), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Published:
    session: Session
    ruling: Ruling
    tagged: TaggedSession


def gather(workspace: Workspace, *, now: datetime) -> Gathered:
    """Every request and discovery that may be shown now, without those that a person rejected."""
    registry = Registry(workspace.db)
    states = registry.states()
    out = {session_id for session_id, state in states.items() if _folder(session_id) in state.result.renditions}
    published = [each for session in registry.sessions(out) if (each := _published(workspace, session, now))]
    acts = acts_of(workspace)
    customers = {
        key: Customer(segment=customer.segment, weight=customer.weight)
        for key, customer in read_customers(workspace.root).items()
    }
    items = [
        Item(session=session_tags.session, ruling=session_tags.ruling, tags=session_tags.tagged.tags)
        for session_tags in published
    ]
    secrets = secrets_of(workspace, now=now)
    collected = collect(items, key=workspace.key(ALIAS_KEY), now=now, customers=customers)
    shown = tuple(secrets.without(mention) for mention in collected.mentions)
    none_of_them = {request_id for request_id, act in acts.verdicts.items() if act is RequestAction.REJECT}
    mentions = tuple(mention for mention in shown if mention.request_id not in none_of_them)
    rejected = tuple(mention for mention in shown if mention.request_id in none_of_them)
    heard = {session_tags.session.session_id for session_tags in published}
    return Gathered(
        mentions=mentions,
        groups=_groups(mentions, published, acts, secrets),
        sessions=tuple(_held(registry, states, heard)),
        rejected=rejected,
        valid_until=min((states[session_id].valid_until for session_id in heard), default=run_clock.NEVER_S),
    )


def _folder(session_id: str) -> str:
    return f"{session_id}/{Audience.INTERNAL}"


def _published(workspace: Workspace, session: Session, now: datetime) -> _Published | None:
    """A session whose internal rendition is in its place and tagged, with its ruling as it is now."""
    if not (workspace.out / _folder(session.session_id)).is_dir():
        return None
    kept = tagged(workspace, session.session_id)
    ruling = consent.current_ruling(session, workspace=workspace, now=now) if kept else None
    if kept is None or not isinstance(ruling, Ruling):
        return None
    return _Published(session=session, ruling=ruling, tagged=kept)


def _held(registry: Registry, states: Mapping[str, SessionState], heard: Container[str]) -> Iterator[HeldSession]:
    """Every session that was held; a record is decoded only where no result says how long it was."""
    days = registry.days()
    lengths = {session_id: state.result.detail.get("duration_s") for session_id, state in states.items()}
    unknown = frozenset(session_id for session_id in days if lengths.get(session_id) is None)
    lengths |= {session.session_id: session.duration_s for session in registry.sessions(unknown)} if unknown else {}
    for session_id, day in days.items():
        length_s = lengths.get(session_id)
        if length_s is not None:
            yield HeldSession(session_id=session_id, started_on=day, hours=length_s / 3600, heard=session_id in heard)


def _groups(
    mentions: Sequence[Mention], published: Sequence[_Published], acts: RequestActs, secrets: RequestSecrets
) -> tuple[RequestGroup, ...]:
    """The mentions in groups; those with vectors of another encoder stand apart until they are tagged again."""
    vectors = {
        (session_tags.session.session_id, round(tag.start_s, 3), tag.quote): (session_tags.tagged.encoder, vector)
        for session_tags in published
        for tag, vector in zip(session_tags.tagged.tags, session_tags.tagged.vectors, strict=True)
        if vector
    }
    by_id = {mention.request_id: mention for mention in mentions}
    by_encoder: dict[str, list[tuple[Wording, str]]] = {}
    for mention in mentions:
        encoder, vector = vectors.get((mention.session, mention.start_s, mention.wording), ("", ""))
        by_encoder.setdefault(encoder, []).append((_wording(mention), vector))
    groups: list[RequestGroup] = []
    for encoder, own in sorted(by_encoder.items()):
        groups += [
            _request_group(wordings_together, by_id, acts, secrets)
            for wordings_together in _together(encoder, own, acts)
        ]
    return tuple(groups)


def _together(encoder: str, own: Sequence[tuple[Wording, str]], acts: RequestActs) -> Sequence[WordingGroup]:
    """Wordings whose vectors are of one encoder, in groups; those without a vector each by itself."""
    wordings = [wording for wording, _ in own]
    if not encoder:
        return [WordingGroup(keys=(wording.key,), centre=wording.key, closeness=1.0) for wording in wordings]
    rows = np.stack([unpacked(vector) for _, vector in own])
    return group(wordings, rows, threshold=THRESHOLD[encoder], together=acts.together, apart=acts.apart)


def _wording(mention: Mention) -> Wording:
    """A mention as it is compared with others: one that only points at something is compared by what that is."""
    return Wording(
        key=mention.request_id,
        text=mention.about or mention.wording,
        kind=mention.kind,
        alone=mention.about == "",
        quotable=mention.is_quoted,
    )


def _request_group(
    together: WordingGroup, by_id: Mapping[str, Mention], acts: RequestActs, secrets: RequestSecrets
) -> RequestGroup:
    """A group with its title: a person's, else that of its most central wording, else a plain sentence."""
    named, central = _named(together.keys, acts, secrets), by_id[together.centre]
    worded = title_of(central.about or central.wording) if central.is_quoted and not named else ""
    worded = "" if secrets.are_in(worded) else worded
    return RequestGroup(
        group_id="g-" + _first_shown(together.keys, by_id).removeprefix("q-"),
        title=named or worded or _plain([by_id[key] for key in together.keys]),
        request_ids=together.keys,
        closeness=together.closeness,
        words=tuple(word for word in together.words if not secrets.are_in(word)),
        titled_by=central.request_id if worded else "",
        is_plain=not named and not worded,
    )


def _first_shown(request_ids: Sequence[str], by_id: Mapping[str, Mention]) -> str:
    """The first request whose words may be shown; else the lowest id: the order of the others is nobody's to know."""
    return next((request_id for request_id in request_ids if by_id[request_id].is_quoted), min(request_ids))


def _named(request_ids: Sequence[str], acts: RequestActs, secrets: RequestSecrets) -> str:
    """The name that a person gave last to any request of the group; empty where nobody did, or it became a secret."""
    members = set(request_ids)
    named = [title for request_id, title in acts.titles.items() if request_id in members]
    return named[-1] if named and not secrets.are_in(named[-1]) else ""


def _plain(members: Sequence[Mention]) -> str:
    """What most of the plain sentences of a group say."""
    titles = [plain_sentence(mention.kind, mention.area) if mention.is_quoted else mention.title for mention in members]
    return max(dict.fromkeys(titles), key=titles.count)
