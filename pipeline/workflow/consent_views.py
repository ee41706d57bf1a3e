"""What the consent store says, one function for each question: why, who, what was done, what is left."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from pipeline.consent.evaluation import explain as explanation
from pipeline.consent.evaluation.explain import ExplainedCell
from pipeline.consent.interchange.receipt import receipt
from pipeline.consent.log.decisions import StoredDecision
from pipeline.consent.staff import withdrawal_receipt
from pipeline.consent.staff.match_participant import MatchSuggestion, suggestions
from pipeline.store import Workspace
from pipeline.store.artefacts import Artefact
from pipeline.store.registry import Registry
from pipeline.workflow.erasure import Leftover, kept_aside, leftovers_of
from pipeline.workflow.request_recall import sessions_held
from pipeline.workflow.session_index import sessions_of


def explain_session(
    session_id: str, *, workspace: Workspace, now: datetime, names: bool = False
) -> tuple[ExplainedCell, ...]:
    """For each participant and purpose the outcome, its rule and its evidence, as they are now."""
    return explanation.explain(Registry(workspace.db).session(session_id), workspace=workspace, now=now, names=names)


def decision_history(session_id: str, *, workspace: Workspace) -> tuple[StoredDecision, ...]:
    """Every decision that was ever made about a session, in order, with its inputs."""
    return explanation.decision_history(Registry(workspace.db).session(session_id), workspace=workspace)


def suggest_matches(session_id: str, *, workspace: Workspace, names: bool = False) -> tuple[MatchSuggestion, ...]:
    """Who the participants of a session are or may be, the likeliest first."""
    return suggestions(Registry(workspace.db).session(session_id), workspace=workspace, names=names)


def data_receipt(email: str, *, as_json: bool, as_text: bool = False, workspace: Workspace, now: datetime) -> str:
    """The receipt of what is on file of a person, as a page, as JSON-LD or as lines to read."""
    record = receipt(email, workspace=workspace, now=now)
    if as_json:
        return record.as_json_ld()
    return record.as_text() if as_text else record.as_page()


def withdrawal_receipts(email: str, withdrawal_id: str, *, as_json: bool, workspace: Workspace) -> str:
    """What was done for a person's withdrawals, or for one of them, as lines or as JSON."""
    known = withdrawal_receipt.KnownSessions(
        of_exports=sessions_held(workspace), of_parties=lambda party_ids: sessions_of(workspace, party_ids)
    )
    receipts = withdrawal_receipt.of_person(email, withdrawal_id, workspace=workspace, known=known)
    return withdrawal_receipt.as_json(receipts) if as_json else withdrawal_receipt.as_lines(receipts)


def left_after_withdrawal(who: str, *, workspace: Workspace) -> tuple[Leftover, ...]:
    """What is left in any store of a person who withdrew: ``who`` is an address, a party id or a withdrawal's id."""
    return leftovers_of(workspace, withdrawal_receipt.known_as(who, workspace=workspace))


def kept_after_withdrawal(who: str, *, workspace: Workspace) -> tuple[str, ...]:
    """The renditions that withdrawals of a person without erasure moved to ``withdrawn/``, where they are kept."""
    return kept_aside(workspace, withdrawal_receipt.known_as(who, workspace=workspace))


def list_artefacts(session_id: str | None, *, workspace: Workspace) -> list[Artefact]:
    """What was made, from whom, and what became of it: of one session or of all.

    The location of a file that was only ever written elsewhere is its name.
    Raises ``UsageProblem`` where there is no such session, and never was.
    """
    artefacts = [each for each in workspace.artefacts.all() if session_id in (None, each.session_id)]
    if session_id is not None and not artefacts:
        Registry(workspace.db).session(session_id)
    return [replace(each, location=each.shown_location) for each in artefacts]
