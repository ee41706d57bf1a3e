"""Whether the clock of this machine went on as time did: under a wrong one consent ends too late, or everything ends.

Each run notes in the ledger when it was by the wall clock, and where the kernel says so, for how long the machine was
up. The wall clock may not have gone back since, nor on by more than a day beyond the time that the machine was up
meanwhile; the day is as long as one from a night's run to the next may be. After a restart it may have gone on by a
long weekend, in which the machine was off; where that is more than a day, no run removes anything for good by time, nor
is anything released, until a day later or a person says that the clock is right.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.errors import TryAgain
from pipeline.store.workspace import Workspace

SKEW = timedelta(minutes=5)
"""How far back a clock may be set as a matter of course; as far as clocks of forms and platforms may be apart."""
NEVER_S = datetime(9999, 1, 1, tzinfo=UTC).timestamp()
"""Until when something holds that the passing of time alone does not end."""
_FORWARD = timedelta(hours=26)
"""From one night's run to the next where summer time ends between them, and an hour by which a schedule may be late."""
_OFF = timedelta(days=5, hours=2)
"""From a run on Thursday night to one on Tuesday night, over a weekend and a holiday in which the machine was off."""
_DOUBTED = timedelta(hours=20)
"""How long a clock stays in doubt: up to the run of the next night, not to one that is started again right behind."""
_ACCEPT = "set the clock, or if it is right, run this once: `offrecord run --accept-clock`"
_KIND = "clock"
_UPTIME, _BOOT_ID = Path("/proc/uptime"), Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Uptime:
    """For how many seconds the machine is up, suspended or not, and a random id of that time."""

    boot_id: str
    seconds: float


def note(workspace: Workspace, *, now: datetime, accepted: bool) -> tuple[str, ...]:
    """Checks the clock unless a person ``accepted`` it, and notes it for the next run; raises ``TryAgain``.

    Gives a line where nothing but the clock says that so much time passed: what goes by time alone then waits.
    """
    since = None if accepted else _doubted_since(workspace, now)
    up, number = _uptime(), len(workspace.ledger.under(_KIND, "")) + 1
    machine = {"boot_id": up.boot_id, "uptime_s": up.seconds} if up else {}
    doubt = {"doubted_since": since.isoformat()} if since else {}
    workspace.ledger.append(_KIND, str(number), {"now": now.isoformat(), "accepted": accepted, **machine, **doubt})
    return (
        (
            f"the machine was restarted before the run at {since:%Y-%m-%d %H:%M} UTC; in case the clock is wrong, "
            "nothing is removed for good by time and nothing can be released until the run of the next night",
        )
        if since
        else ()
    )


def check(workspace: Workspace, *, now: datetime) -> None:
    """Raises ``TryAgain`` where the clock went back, or further on than it can have, since the last run."""
    _doubted_since(workspace, now)


def require_sure(workspace: Workspace, *, now: datetime) -> None:
    """Raises ``TryAgain`` where ``check`` does, and where nothing but the clock says that so much time passed."""
    if _doubted_since(workspace, now):
        raise TryAgain(
            f"the clock says {now:%Y-%m-%d %H:%M} UTC, and after a restart nothing else says that so much time passed",
            action=_ACCEPT,
        )


def _doubted_since(workspace: Workspace, now: datetime) -> datetime | None:
    """Since which run a clock is in doubt that a restart set on by more than a day; None where it is not.

    Raises ``TryAgain`` where it is wrong. A run that is started again right behind another is in the same doubt.
    """
    noted = workspace.ledger.under(_KIND, "")
    if not noted:
        return None
    last = json.loads(noted[-1][1])
    at, up = datetime.fromisoformat(last["now"]), None
    if "boot_id" in last:
        up = Uptime(last["boot_id"], last["uptime_s"])
    current = _uptime()
    jump = jump_of(at, up, now, current)
    if jump is not None:
        raise TryAgain(
            f"the clock says {now:%Y-%m-%d %H:%M} UTC, {jump} the last run at {at:%Y-%m-%d %H:%M} UTC", action=_ACCEPT
        )
    if not _of_one_boot(up, current) and now - at > _FORWARD:
        return now
    since = datetime.fromisoformat(last["doubted_since"]) if "doubted_since" in last else None
    return since if since and now - since < _DOUBTED else None


def holds(made_at: float, valid_until: float, now: datetime) -> bool:
    """Whether what was made at one moment to hold until another, in seconds since the epoch, holds now.

    What was made later than now was made under a clock that was wrong.
    """
    return made_at - SKEW.total_seconds() <= now.timestamp() < valid_until


def jump_of(last: datetime, last_up: Uptime | None, now: datetime, up: Uptime | None) -> str | None:
    """How the clock jumped between two runs, for a person; None where it did not."""
    if now < last - SKEW:
        return "before"
    if not _of_one_boot(last_up, up):
        return "more than 5 days after" if now - last > _OFF else None
    meanwhile = timedelta(seconds=up.seconds - last_up.seconds) if up and last_up else timedelta()
    return (
        "more than a day further on than the machine was running since" if now - last - meanwhile > _FORWARD else None
    )


def _of_one_boot(last_up: Uptime | None, up: Uptime | None) -> bool:
    return up is not None and last_up is not None and up.boot_id == last_up.boot_id


def _uptime() -> Uptime | None:
    """As Linux says it; None elsewhere."""
    try:
        return Uptime(_BOOT_ID.read_text("ascii").strip(), float(_UPTIME.read_text("ascii").split()[0]))
    except (OSError, ValueError, IndexError):
        return None
