"""Code from sessions, and whether it may be published: scanned, then its organisation is asked, then it is decided."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pipeline import consent
from pipeline.consent.evaluation.explanations import reason_of
from pipeline.consent.log.events import EventState
from pipeline.consent.staff import code_approvals
from pipeline.consent.staff.code_approvals import Terms
from pipeline.consent.staff.code_rules import decide_code, digest_of, is_significant, snippets
from pipeline.detect.engine import find
from pipeline.errors import InputRefused, RefusedByPolicy, UsageProblem
from pipeline.files import make_private, write_bytes
from pipeline.records import Context, Purpose, Ruling
from pipeline.store import Workspace, terms
from pipeline.store.registry import Registry

_POINTING = frozenset({"HOST", "URL", "IP"})
"""What points at a customer's systems without being secret by itself: it makes code significant."""
_SPDX = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*(?: (?:AND|OR|WITH) [A-Za-z0-9][A-Za-z0-9.+-]*)*")
_LARGEST_BYTES = 1 << 20
"""More than any piece of code that is read out or pasted in a session; what is larger is a repository."""

ANSWERS = {"yes": EventState.GIVEN, "no": EventState.REFUSED, "withdrawn": EventState.WITHDRAWN}
"""What an organisation may answer, and the state of the event that records it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeScan:
    """One piece of code: the hash of its exact bytes, its lines, what the scan found by kind, never the text."""

    sha256: str
    lines: int
    significant: bool
    blocked_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeDecision:
    """Whether a piece of code may be published there under that licence, and why."""

    sha256: str
    outcome: str
    rule: str
    reason: str


def find_code(session_id: str, *, workspace: Workspace, save_to: Path | None, now: datetime) -> list[CodeScan]:
    """The code in a session's chat, of those who may be transcribed; each saved under its hash where asked for."""
    session = Registry(workspace.db).session(session_id)
    ruling = consent.current_ruling(session, workspace=workspace, now=now)
    if not isinstance(ruling, Ruling):
        raise RefusedByPolicy("consent does not allow this session to be opened", action="see `offrecord consent show`")
    removed = ruling.removed(Purpose.TRANSCRIBE) | ruling.removed(Purpose.INTERNAL_IMPROVE)
    open_to_us = [
        line
        for line in session.chat
        if not line.direct and line.participant_id is not None and line.participant_id not in removed
    ]
    context = terms.known_to(session, workspace.listed(), on=now.date())
    pieces = [code.encode() for code in dict.fromkeys(code for line in open_to_us for code in snippets(line.text))]
    if save_to is not None:
        _save(pieces, save_to)
    return [scan_code(code, context, workspace=workspace) for code in pieces]


def _save(pieces: Iterable[bytes], folder: Path) -> None:
    for code in pieces:
        write_bytes(make_private(folder) / f"{digest_of(code)[:16]}.txt", code)


def scan_code(code: bytes, context: Context, *, workspace: Workspace) -> CodeScan:
    """What stands against asking about these bytes: secrets, names, terms and numbers of people."""
    text = _text(code)
    hits = [hit for hit in find(text, context, settings=workspace.settings.detect) if hit.rule.spec.on_code]
    blocking = Counter(hit.label for hit in hits if hit.label not in _POINTING)
    return CodeScan(
        sha256=digest_of(code),
        lines=len(text.splitlines()),
        significant=is_significant(text, identifies=bool(hits) or blocking.total() > 0),
        blocked_by=tuple(f"{count} {label.lower()}" for label, count in sorted(blocking.items()) if count),
    )


def ask_permission(
    file: Path, organisation: str, wanted: Terms, *, session_id: str, actor: str, workspace: Workspace, now: datetime
) -> CodeScan:
    """Files that its organisation is asked about these bytes; raises ``RefusedByPolicy`` where the scan forbids."""
    code = _read(file)
    _check(wanted)
    scanned = scan_code(code, _context(session_id, organisation, workspace, now), workspace=workspace)
    if scanned.blocked_by:
        raise RefusedByPolicy(
            f"the code holds what may not leave: {', '.join(scanned.blocked_by)}",
            action="nobody is asked; remove it first, and ask about what is left",
        )
    code_approvals.ask(organisation, scanned.sha256, wanted, actor=actor, workspace=workspace, now=now)
    return scanned


def decide_permission(
    file: Path,
    organisation: str,
    wanted: Terms,
    *,
    session_id: str,
    trifle: tuple[str, str] | None,
    workspace: Workspace,
    now: datetime,
) -> CodeDecision:
    """Whether these bytes may be published now; ``trifle`` is who vouches that they are insignificant, and why."""
    code = _read(file)
    scanned = scan_code(code, _context(session_id, organisation, workspace, now), workspace=workspace)
    permission = code_approvals.permission(organisation, scanned.sha256, wanted, workspace=workspace, now=now)
    vouched = trifle is not None and all(text.strip() for text in trifle)
    answer = decide_code(replace(permission, claimed_insignificant=vouched, significant=scanned.significant))
    if trifle is not None and vouched:
        note = {"sha256": scanned.sha256, "by": trifle[0], "rule": answer.rule}
        workspace.ledger.append("trifle", f"{scanned.sha256}/{answer.rule}", note)
    return CodeDecision(
        sha256=scanned.sha256, outcome=answer.outcome.value, rule=answer.rule, reason=reason_of(answer.rule)
    )


def record_answer(
    file: Path,
    organisation: str,
    wanted: Terms,
    *,
    answer: str,
    approver: str,
    until: datetime | None,
    actor: str,
    evidence: str,
    workspace: Workspace,
    now: datetime,
) -> None:
    """Files what somebody (by address) answered about exactly these bytes: one of ``ANSWERS``.

    Raises ``InputRefused`` where the file cannot be read.
    """
    code_approvals.answer(
        organisation,
        digest_of(_read(file)),
        wanted,
        state=ANSWERS[answer],
        approver=approver,
        until=until,
        actor=actor,
        evidence=evidence,
        workspace=workspace,
        now=now,
    )


def _context(session_id: str, organisation: str, workspace: Workspace, now: datetime) -> Context:
    """What is known beforehand, with the organisation's own name among it."""
    session = Registry(workspace.db).session(session_id)
    context = terms.known_to(session, workspace.listed(), on=now.date())
    return replace(context, companies=tuple(dict.fromkeys((*context.companies, organisation))))


def _read(file: Path) -> bytes:
    try:
        if file.stat().st_size > _LARGEST_BYTES:
            raise InputRefused("the code is larger than 1 MiB", action="ask about smaller pieces")
        return file.read_bytes()
    except OSError as error:
        raise InputRefused("the code cannot be read", action="check its path") from error


def _text(code: bytes) -> str:
    try:
        return code.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputRefused("the code is not UTF-8 text", action="only text can be scanned") from error


def _check(wanted: Terms) -> None:
    if not wanted.destination.strip():
        raise UsageProblem("the destination of the code is missing", action="for example gist:office-hours")
    if not _SPDX.fullmatch(wanted.licence):
        raise UsageProblem("that is not an SPDX licence", action="for example MIT or Apache-2.0")
