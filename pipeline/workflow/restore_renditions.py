"""Brings published renditions that are missing from ``out/`` back from their copies in object storage, or leaves them.

What comes back is what the ledger says is out, byte for byte, and only where consent, objections, retention and the
term lists would let it stay out now. Whatever was withdrawn meanwhile is none of that.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline import consent, render
from pipeline.errors import ConfigurationError, WorkspaceDamaged
from pipeline.files import make_private
from pipeline.records import Rendition, Ruling
from pipeline.store import Workspace, integrity, releases, run_clock
from pipeline.store.registry import Registry
from pipeline.workflow import request_files
from pipeline.workflow.copied_renditions import published
from pipeline.workflow.objections import is_objected_to
from pipeline.workflow.retention.kept_renditions import hides_enough, may_stay
from pipeline.workflow.term_lists import require_lists

ShowFiles = Callable[[int, int], None]
"""Is called with how many renditions are done, and how many there are."""


class _Outcome(StrEnum):
    RESTORED = "restored"
    REFUSED = "refused"
    WITHOUT_COPY = "without_copy"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoredRenditions:
    """Of the published renditions that were missing, each as SESSION/AUDIENCE: what was restored, what may be out no
    more, what has no copy, and what has one that is not as it was published.
    """

    restored: tuple[str, ...]
    refused: tuple[str, ...]
    without_copy: tuple[str, ...]
    damaged: tuple[str, ...]


def restore_renditions(
    workspace: Workspace, *, now: datetime, progress: ShowFiles = lambda *_: None
) -> RestoredRenditions:
    """Restores what is missing from ``out/``, and writes the exports again, under the lock.

    May be killed at any moment and called again.

    Raises ``ConfigurationError`` where the settings name no place for copies, ``ConsentUnreadable`` when the consent
    store does not hold, ``TryAgain`` when the clock jumped, ``StorageUnavailable`` where the bucket does not answer.
    """
    with workspace.locked():
        workspace.sweep()
        require_copies(workspace)
        workspace.require_storage()
        require_known_state(workspace, now=now)
        restored = restore_locked(workspace, now=now, progress=progress)
        request_files.write_exports(workspace, now=now)
        return restored


def require_copies(workspace: Workspace) -> None:
    """Raises ``ConfigurationError`` where the settings name no place for copies of renditions."""
    if workspace.rendition_copies is None:
        raise ConfigurationError(
            "no copies of renditions are kept",
            action="set storage.renditions to s3://BUCKET/PREFIX before the next run",
        )


def require_known_state(workspace: Workspace, *, now: datetime) -> None:
    """Raises what stands in the way of restoring anything: what forbids it, or says that it was out, may be gone."""
    require_lists(workspace)
    consent.verify_chain(workspace)
    workspace.ledger.check()
    integrity.check(workspace)
    run_clock.check(workspace, now=now)


def restore_locked(workspace: Workspace, *, now: datetime, progress: ShowFiles) -> RestoredRenditions:
    """The same for who holds the lock and has checked the workspace."""
    proofs = releases.published_proofs(workspace.ledger)
    missing = [place for place in sorted(proofs) if not (workspace.out / place).exists()]
    places: dict[_Outcome, list[str]] = {outcome: [] for outcome in _Outcome}
    for count, place in enumerate(missing, start=1):
        places[_restore(workspace, place, proofs[place], now)].append(place)
        progress(count, len(missing))
    return RestoredRenditions(**{outcome.value: tuple(places[outcome]) for outcome in _Outcome})


def _restore(workspace: Workspace, place: str, proof: str, now: datetime) -> _Outcome:
    copies = workspace.rendition_copies
    copy = None if copies is None else copies.find(place, proof)
    if copies is None or copy is None:
        return _Outcome.WITHOUT_COPY
    session_id, _, name = place.partition("/")
    scratch = make_private(workspace.scratch / f"{session_id}-{name}")
    try:
        copies.open(copy, scratch / place)
        rendition = published(workspace, scratch, place, proof)
        if rendition is None:
            return _Outcome.DAMAGED
        return _Outcome.RESTORED if _put_back(workspace, rendition, proof, now) else _Outcome.REFUSED
    except FileNotFoundError:
        return _Outcome.WITHOUT_COPY
    except WorkspaceDamaged:
        return _Outcome.DAMAGED
    finally:
        shutil.rmtree(scratch)


def _put_back(workspace: Workspace, rendition: Rendition, proof: str, now: datetime) -> bool:
    """Publishes a rendition again that lies in its scratch folder; False where it may not be out now."""
    session_id, audience = rendition.session_id, rendition.audience
    scratch = workspace.scratch / f"{session_id}-{audience}"
    session = consent.working_session(Registry(workspace.db).session(session_id), workspace=workspace)
    ruling = consent.rule(session, workspace=workspace, now=now)
    if not isinstance(ruling, Ruling) or not may_stay(session, ruling, audience, workspace, now=now, out=scratch):
        return False
    with consent.release(workspace, ruling):
        # Once more, where nobody can withdraw it meanwhile.
        is_published = releases.published_proof(workspace.ledger, session_id, audience) == proof
        is_open = not is_objected_to(workspace, session_id, audience)
        if not (is_published and is_open and hides_enough(session, ruling, audience, workspace, out=scratch)):
            return False
        render.publish(rendition, scratch=scratch, out=workspace.out, placing=workspace.db.begin)
    return True
