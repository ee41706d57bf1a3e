"""Which notices had reached a participant when an interval began."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from pipeline.consent.evaluation import platform_notice
from pipeline.consent.evaluation.announcement import reached
from pipeline.consent.evaluation.consent_state import scope_width
from pipeline.consent.evaluation.snapshot import OnFile
from pipeline.consent.log.notice_deliveries import NoticeServed
from pipeline.records import Interval, Participant, Purpose, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaching:
    """What reached somebody: ``names`` are the purposes that they were told of."""

    notices: tuple[NoticeServed, ...]
    names: frozenset[Purpose]
    announced: NoticeServed | None


def reaching(session: Session, person: Participant, interval: Interval, on_file: OnFile) -> Reaching:
    """The notices that had reached a participant by an interval's start.

    A form counts where everybody that they may be had sent one off; an announcement where they were there for it. Where
    a notice is required, no other counts, and so not the platform's.
    """
    moment = session.started_at + timedelta(seconds=interval.start_s)
    by_form = tuple(_by_form(session, person, interval, on_file))
    names = [on_file.notices[one.notice].purposes for one in by_form]
    told_of = frozenset.intersection(*names) if names else frozenset()
    heard = [
        one for one in on_file.announced if one.notice in on_file.trusted and reached(session, person, one, moment)
    ]
    for one in heard:
        told_of |= on_file.notices[one.notice].purposes
    by_platform = () if on_file.policy.notices else tuple(_by_platform(session, person, interval, on_file))
    return Reaching(
        notices=(*by_form, *by_platform, *heard[-1:]),
        names=told_of | ({Purpose.RECORD} if by_platform else set()),
        announced=heard[-1] if heard else None,
    )


def _by_form(session: Session, person: Participant, interval: Interval, on_file: OnFile) -> Sequence[NoticeServed]:
    """For each candidate the latest form that asked, sent off before the interval; empty if anyone lacks one."""
    moment = session.started_at + timedelta(seconds=interval.start_s)
    told = []
    for party_id in on_file.matches[person.participant_id].party_ids:
        served = [one for one in on_file.served if one.party_id == party_id and one.at <= moment]
        latest = max((one for one in served if _asked(one, session, on_file)), key=lambda one: one.at, default=None)
        if latest is None:
            return ()
        told.append(latest)
    return told


def _asked(served: NoticeServed, session: Session, on_file: OnFile) -> bool:
    """Whether what was served is an intact notice that asked about this session."""
    notice = on_file.notices.get(served.notice)
    if notice is None or not notice.asks or notice.digest not in on_file.trusted:
        return False
    return scope_width(notice.scope, session) is not None


def _by_platform(session: Session, person: Participant, interval: Interval, on_file: OnFile) -> Iterator[NoticeServed]:
    """The platform's own notice, where their latest answer to it by then was a yes."""
    stay = platform_notice.answered(session, person, interval)
    if stay is None or not stay.accepted_platform_notice:
        return
    at = session.started_at + timedelta(seconds=stay.join_s)
    yield from [one for one in on_file.served if one.participant_id == person.participant_id and one.since == at][:1]
