"""The feature requests of all sessions, grouped and counted, as far as consent goes at the moment of asking."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from pipeline import consent
from pipeline.export import Item, RequestReport, Selection, collect, report
from pipeline.export.mentions import Customer, Mention
from pipeline.export.periods import HeldSession
from pipeline.records import Audience, RequestGroup, Ruling, Session
from pipeline.store import Workspace
from pipeline.store.customers import read_customers
from pipeline.store.registry import Registry
from pipeline.tag.grouping import Wording, group, title_of
from pipeline.tag.grouping.group import THRESHOLD
from pipeline.workflow.request_acts import Act, RequestActs, acts_of
from pipeline.workflow.tagging import TaggedSession, tagged, unpacked

_ALIAS_KEY = "alias"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Every mention that may be shown now with its group, and the office hours that were held.

    ``valid_until`` is when the first of the rulings behind it ends.
    """

    mentions: tuple[Mention, ...]
    groups: tuple[RequestGroup, ...]
    sessions: tuple[HeldSession, ...]
    valid_until: datetime

    def report(self, selection: Selection) -> RequestReport:
        """What of it is selected, counted."""
        return report(self.mentions, self.groups, self.sessions, selection)

    def group_of(self, request_id: str) -> RequestGroup | None:
        """The group that a request is in; None where no such request may be shown."""
        return next((one for one in self.groups if request_id in one.request_ids), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Published:
    session: Session
    ruling: Ruling
    tagged: TaggedSession


def gather(workspace: Workspace, *, now: datetime) -> Gathered:
    """Every request and discovery that may be shown now, without those that a person rejected."""
    registry = Registry(workspace.db)
    sessions = list(registry.sessions())
    out = {folder for standing in registry.states().values() for folder in standing.result.renditions}
    published = [one for session in sessions if (one := _published(workspace, session, out, now))]
    acts = acts_of(workspace)
    customers = {
        key: Customer(segment=one.segment, weight=one.weight) for key, one in read_customers(workspace.root).items()
    }
    items = [Item(session=one.session, ruling=one.ruling, tags=one.tagged.tags) for one in published]
    found = collect(items, key=workspace.key(_ALIAS_KEY), now=now, customers=customers)
    mentions = tuple(one for one in found.mentions if acts.verdicts.get(one.request_id) is not Act.REJECT)
    heard = {one.session.session_id for one in published}
    return Gathered(
        mentions=mentions,
        groups=_groups(mentions, published, acts),
        sessions=tuple(_held(session, session.session_id in heard) for session in sessions),
        valid_until=min(
            (one.ruling.valid_until for one in published),
            default=now + timedelta(hours=workspace.settings.consent.ruling_ttl_hours),
        ),
    )


def _published(workspace: Workspace, session: Session, out: Collection[str], now: datetime) -> _Published | None:
    """A session whose internal rendition is out and tagged, with its ruling as it is now."""
    folder = f"{session.session_id}/{Audience.INTERNAL}"
    if folder not in out or not (workspace.out / folder).is_dir():
        return None
    kept = tagged(workspace, session.session_id)
    ruling = consent.current_ruling(session, workspace=workspace, now=now) if kept else None
    if kept is None or not isinstance(ruling, Ruling):
        return None
    return _Published(session=session, ruling=ruling, tagged=kept)


def _held(session: Session, heard: bool) -> HeldSession:
    return HeldSession(
        session_id=session.session_id,
        started_on=session.started_at.date(),
        hours=session.duration_s / 3600,
        heard=heard,
    )


def _groups(
    mentions: Sequence[Mention], published: Sequence[_Published], acts: RequestActs
) -> tuple[RequestGroup, ...]:
    """The mentions in groups; those with vectors of another encoder stand apart until they are tagged again."""
    vectors = {
        (one.session.session_id, tag.quote): (one.tagged.encoder, vector)
        for one in published
        for tag, vector in zip(one.tagged.tags, one.tagged.vectors, strict=True)
        if vector
    }
    made: list[RequestGroup] = []
    for encoder in sorted({encoder for encoder, _ in vectors.values()}):
        own = [one for one in mentions if vectors[one.session, one.wording][0] == encoder]
        if own:
            rows = np.stack([unpacked(vectors[one.session, one.wording][1]) for one in own])
            wordings = [Wording(key=one.request_id, text=one.wording, kind=one.kind) for one in own]
            found = group(wordings, rows, threshold=THRESHOLD[encoder], together=acts.together, apart=acts.apart)
            texts = {one.request_id: one.wording for one in own}
            made += [
                RequestGroup(
                    group_id="g-" + one.keys[0].removeprefix("q-"),
                    title=_title(one.keys, texts[one.centre], acts),
                    request_ids=one.keys,
                    closeness=one.closeness,
                    words=one.words,
                )
                for one in found
            ]
    return tuple(made)


def _title(request_ids: Sequence[str], central: str, acts: RequestActs) -> str:
    """The name that a person gave last to any request of the group, else the most central wording in plain words."""
    members = set(request_ids)
    named = [title for request_id, title in acts.titles.items() if request_id in members]
    return named[-1] if named else title_of(central)
