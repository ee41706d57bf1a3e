"""Code from sessions, and whether it may be published: scanned first, then asked about, then decided."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pipeline import consent
from pipeline.consent.evaluation.explanations import reason_of
from pipeline.consent.staff import code_approvals
from pipeline.consent.staff.code_approvals import Terms
from pipeline.consent.staff.code_rules import decide_code, digest_of, is_significant, snippets
from pipeline.detect.find import find
from pipeline.errors import InputRefused, RefusedByPolicy, UsageProblem
from pipeline.files import make_private, write_bytes
from pipeline.records import Context, Purpose, Ruling
from pipeline.store import Workspace, terms
from pipeline.store.registry import Registry

_POINTING = frozenset({"HOST", "URL", "IP"})
"""What points at a customer's systems without being secret by itself: it makes code significant."""
_GUESSED = frozenset(
    {"position", "sounds like", "beside a name", "spaCy model", "spelled out", "spoken address", "spoken number"}
)
"""Rules for speech, which say nothing about code."""
_SPDX = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*(?: (?:AND|OR|WITH) [A-Za-z0-9][A-Za-z0-9.+-]*)*")
_LARGEST = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """One piece of code: the hash of its exact bytes, its lines, what the scan found by kind, never the text."""

    sha256: str
    lines: int
    significant: bool
    blocked_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """Whether a piece of code may be published there under that licence, and why."""

    sha256: str
    outcome: str
    rule: str
    reason: str


def in_session(session_id: str, *, workspace: Workspace, save_to: Path | None, now: datetime) -> list[Scanned]:
    """The code in a session's chat, of those who may be transcribed; each saved under its hash where asked for."""
    session = Registry(workspace.db).session(session_id)
    ruling = consent.current_ruling(session, workspace=workspace, now=now)
    if not isinstance(ruling, Ruling):
        raise RefusedByPolicy("consent does not let this session be opened", action="see `offrecord consent show`")
    removed = ruling.removed(Purpose.TRANSCRIBE) | ruling.removed(Purpose.INTERNAL_IMPROVE)
    open_to_us = [
        line
        for line in session.chat
        if not line.direct and line.participant_id is not None and line.participant_id not in removed
    ]
    context = terms.known_to(session, workspace.listed(), on=now.date())
    found = dict.fromkeys(code for line in open_to_us for code in snippets(line.text))
    for code in found if save_to else ():
        make_private(save_to or Path())
        write_bytes((save_to or Path()) / f"{digest_of(code.encode())[:16]}.txt", code.encode())
    return [scan(code.encode(), context, workspace=workspace) for code in found]


def scan(code: bytes, context: Context, *, workspace: Workspace) -> Scanned:
    """What stands against asking about these bytes: secrets, names, terms and numbers of people."""
    text = _text(code)
    hits = [hit for hit in find(text, context, settings=workspace.settings.detect) if hit.rule not in _GUESSED]
    blocking = Counter(hit.label for hit in hits if hit.label not in _POINTING)
    return Scanned(
        sha256=digest_of(code),
        lines=len(text.splitlines()),
        significant=is_significant(text, identifies=bool(hits) or blocking.total() > 0),
        blocked_by=tuple(f"{count} {label.lower()}" for label, count in sorted(blocking.items()) if count),
    )


def ask(
    file: Path, organisation: str, wanted: Terms, *, session_id: str, actor: str, workspace: Workspace, now: datetime
) -> Scanned:
    """Files that its organisation is asked about these bytes; raises ``RefusedByPolicy`` where the scan forbids."""
    code = _read(file)
    _check(wanted)
    scanned = scan(code, _context(session_id, organisation, workspace, now), workspace=workspace)
    if scanned.blocked_by:
        raise RefusedByPolicy(
            f"the code holds what may not leave: {', '.join(scanned.blocked_by)}",
            action="nobody was asked; take it out first, and ask about what is left",
        )
    code_approvals.ask(organisation, scanned.sha256, wanted, actor=actor, workspace=workspace, now=now)
    return scanned


def decide(
    file: Path,
    organisation: str,
    wanted: Terms,
    *,
    session_id: str,
    trifle: tuple[str, str] | None,
    workspace: Workspace,
    now: datetime,
) -> Decided:
    """Whether these bytes may be published now; ``trifle`` is who vouches that they are insignificant, and why."""
    code = _read(file)
    scanned = scan(code, _context(session_id, organisation, workspace, now), workspace=workspace)
    permission = code_approvals.permission(organisation, scanned.sha256, wanted, workspace=workspace, now=now)
    vouched = trifle is not None and all(said.strip() for said in trifle)
    answer = decide_code(replace(permission, claimed_insignificant=vouched, significant=scanned.significant))
    if trifle is not None and vouched:
        note = {"sha256": scanned.sha256, "by": trifle[0], "rule": answer.rule}
        workspace.ledger.append("trifle", f"{scanned.sha256}/{answer.rule}", note)
    return Decided(sha256=scanned.sha256, outcome=answer.outcome.value, rule=answer.rule, reason=reason_of(answer.rule))


def digest_of_file(file: Path) -> str:
    """The hash of the exact bytes of a file; raises ``InputRefused`` where it cannot be read."""
    return digest_of(_read(file))


def _context(session_id: str, organisation: str, workspace: Workspace, now: datetime) -> Context:
    """What is known beforehand, with the organisation's own name among it."""
    session = Registry(workspace.db).session(session_id)
    context = terms.known_to(session, workspace.listed(), on=now.date())
    return replace(context, companies=tuple(_unrepeated(*context.companies, organisation)))


def _unrepeated(*names: str) -> Iterator[str]:
    yield from dict.fromkeys(names)


def _read(file: Path) -> bytes:
    try:
        if file.stat().st_size > _LARGEST:
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
        raise UsageProblem("say where the code is to go", action="for example gist:office-hours")
    if not _SPDX.fullmatch(wanted.licence):
        raise UsageProblem("that is no SPDX licence", action="for example MIT or Apache-2.0")
