"""Which notices had reached a participant when an interval began."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.consent.evaluation import platform_notice
from pipeline.consent.evaluation.announcement import reached
from pipeline.consent.evaluation.consent_state import scope_width
from pipeline.consent.evaluation.snapshot import ConsentSnapshot
from pipeline.consent.log.notice_deliveries import NoticeDelivery
from pipeline.records import Interval, Participant, Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachedNotices:
    """What reached somebody: ``purposes`` are those that the notices name, ``announcement`` the last that was made."""

    notices: tuple[NoticeDelivery, ...]
    purposes: frozenset[Purpose]
    announcement: NoticeDelivery | None


def notices_reached(person: Participant, interval: Interval, snapshot: ConsentSnapshot) -> ReachedNotices:
    """The notices that had reached a participant by an interval's start.

    A form counts where everybody that they may be had sent one off; an announcement where they were there for it. Where
    a notice is required, no other counts, and so not the platform's.
    """
    session = snapshot.session
    moment = session.started_at + timedelta(seconds=interval.start_s)
    by_form = tuple(_by_form(person, moment, snapshot))
    named = [snapshot.notices[delivery.notice].purposes for delivery in by_form]
    purposes = frozenset.intersection(*named) if named else frozenset()
    announcements = [
        delivery
        for delivery in snapshot.announcements
        if delivery.notice in snapshot.trusted and reached(session, person, delivery, moment)
    ]
    for delivery in announcements:
        purposes |= snapshot.notices[delivery.notice].purposes
    by_platform = () if snapshot.policy.notices else tuple(_by_platform(person, interval, snapshot))
    return ReachedNotices(
        notices=(*by_form, *by_platform, *announcements[-1:]),
        purposes=purposes | ({Purpose.RECORD} if by_platform else set()),
        announcement=announcements[-1] if announcements else None,
    )


def _by_form(person: Participant, moment: datetime, snapshot: ConsentSnapshot) -> Sequence[NoticeDelivery]:
    """For each candidate the latest form that asked, sent off by a moment; empty if anyone lacks one."""
    of_each = []
    for party_id in snapshot.matches[person.participant_id].party_ids:
        theirs = (each for each in snapshot.deliveries if each.party_id == party_id and each.at <= moment)
        asking = [delivery for delivery in theirs if _asked(delivery, snapshot)]
        if not asking:
            return ()
        of_each.append(max(asking, key=lambda delivery: delivery.at))
    return of_each


def _asked(delivery: NoticeDelivery, snapshot: ConsentSnapshot) -> bool:
    """Whether what was delivered is an intact notice that asked about this session."""
    notice = snapshot.notices.get(delivery.notice)
    if notice is None or not notice.asks or notice.digest not in snapshot.trusted:
        return False
    return scope_width(notice.scope, snapshot.session) is not None


def _by_platform(person: Participant, interval: Interval, snapshot: ConsentSnapshot) -> Iterator[NoticeDelivery]:
    """The platform's own notice, where their latest answer to it by then was a yes."""
    session = snapshot.session
    stay = platform_notice.answered(session, person, interval)
    if stay is None or not stay.accepted_platform_notice:
        return
    at = session.started_at + timedelta(seconds=stay.join_s)
    theirs = (delivery for delivery in snapshot.deliveries if delivery.participant_id == person.participant_id)
    yield from [delivery for delivery in theirs if delivery.since == at][:1]
