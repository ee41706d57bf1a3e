"""What a session, its series and the workspace ask for beyond the law: of all of them, the strictest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from pipeline.consent.evaluation.rule_tables import Law
from pipeline.records import Purpose, Session, SessionPolicy
from pipeline.settings import ConsentSettings, SeriesPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The policy of one session: the least rule, days until a hold is due, what it may be used for at all.

    ``notices`` must have been served, each as ``id@version``. That staff review what is published is no part of it:
    nothing can switch that off.
    """

    floor: Law
    hold_deadline: timedelta
    purposes: frozenset[Purpose]
    exclude_silent: bool
    notices: tuple[str, ...]

    def at_least(self, law: Law) -> Law:
        """The rule of the places, or the floor where that is stricter."""
        return max(self.floor, law, key=list(Law).index)

    def described(self) -> dict[str, object]:
        """The policy as a decision keeps it."""
        return {
            "floor_rule": self.floor.value,
            "hold_deadline_days": self.hold_deadline.days,
            "purposes_enabled": sorted(self.purposes),
            "allow_silent_relax": self.exclude_silent,
            "notice_required": list(self.notices),
        }


def policy_of(session: Session, settings: ConsentSettings) -> Policy:
    """The strictest of workspace, series and session in every point; what none of them sets stays as it is.

    A session that does not say its series is bound by what every series asks for.
    """
    of_series = settings.series.values() if session.series is None else [settings.series.get(session.series)]
    policies: list[SessionPolicy | SeriesPolicy] = [
        session.policy,
        *(policy for policy in of_series if policy is not None),
    ]
    floors = [Law(policy.minimum_rule) for policy in policies if policy.minimum_rule is not None]
    days = [policy.hold_deadline_days for policy in policies if policy.hold_deadline_days is not None]
    enabled = frozenset(settings.purposes_enabled or Purpose)
    for policy in policies:
        enabled &= frozenset(policy.purposes_enabled or Purpose)
    named = [settings.notice_required, *(policy.notice_required for policy in policies)]
    return Policy(
        floor=max([Law(settings.minimum_rule), *floors], key=list(Law).index),
        hold_deadline=timedelta(days=min([settings.hold_deadline_days, *days])),
        purposes=enabled | {Purpose.RECORD, Purpose.TRANSCRIBE},
        exclude_silent=settings.exclude_silent_nonresponders
        and all(policy.exclude_silent_nonresponders is not False for policy in policies),
        notices=tuple(dict.fromkeys(name for name in named if name)),
    )
