"""The receipt of a withdrawal: what was done, what waits, and what cannot be called back."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from pipeline.consent.log.identity import AliasKind, Keys
from pipeline.consent.log.parties import find
from pipeline.errors import UsageProblem
from pipeline.lexicon import words_of
from pipeline.records import Audience
from pipeline.store import Workspace, releases, withdrawals
from pipeline.store.database import reading, unreadable_is_closed
from pipeline.store.tables.runs import entry, ledger
from pipeline.store.withdrawals import Withdrawal, WithdrawalState

_OUTSIDE = "the recording in the inbox, folder {}: it is outside the workspace; delete it there"
_ANSWERS = "the rows of answers that were filed, encrypted, as proof of what they answered"
_NAMES = "their names in the sessions, encrypted, only to keep them out of what others say"
_STANDS = {
    WithdrawalState.FILED: "taken back; the next run does the rest",
    WithdrawalState.WAITING: "waits: mixed sound for a decision, 30 days at most, then it is erased whole; "
    "or for who it is",
    WithdrawalState.DONE: "done, not yet searched for what may be left",
    WithdrawalState.VERIFIED: "done; what is out was searched and nothing was found",
}
_ERASED_STEP, _ROWS_ERASED = "erased: ", "erased: rows of answers"
_STEPS = {
    "quarantined": "published renditions taken back",
    _ROWS_ERASED: "rows of their answers deleted for good",
    "erased: folders": "copies of what a folder says of the recording deleted for good",
    "written again": "exports written again without them",
    "forgotten: what they are known by": "people whose names, addresses and ids were forgotten",
    "erased from the vault": "original files deleted for good",
    "verified": "searches of what is left, in which nothing was found",
}
"""The steps that the ledger has under a word of this program."""
_CARRIED_OUT = frozenset({WithdrawalState.DONE, WithdrawalState.VERIFIED})
_RETRACTED = "retracted"
_ERASED = "done; every store was searched and nothing was found"


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalReceipt:
    """One withdrawal for the person who asked: times in UTC, everything else by id."""

    withdrawal: str
    filed_at: str
    purposes: tuple[str, ...]
    session: str
    erasure: bool
    standing: str
    done: tuple[str, ...]
    not_recalled: tuple[str, ...]
    kept: tuple[str, ...]


def _no_sessions(_: Iterable[str]) -> Iterable[str]:
    """For a receipt without the workflow: the ledger alone says which sessions somebody is in."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSessions:
    """What is known of sessions beside the ledger of withdrawals.

    ``of_exports`` has by artefact the sessions that it was made of; an artefact that it lacks may be of any.
    ``of_parties`` gives the sessions that people are in by what is on file now.
    """

    of_exports: Mapping[str, frozenset[str]] = field(default_factory=dict)
    of_parties: Callable[[Iterable[str]], Iterable[str]] = _no_sessions


def of_person(
    email: str, withdrawal_id: str, *, workspace: Workspace, known: KnownSessions | None = None
) -> tuple[WithdrawalReceipt, ...]:
    """The receipts of somebody's withdrawals, all or one, also after their address was forgotten.

    Raises ``UsageProblem`` where there is none.
    """
    wanted = set(known_as(email, workspace=workspace))
    filed = [withdrawal for withdrawal in withdrawals.read(workspace.db) if withdrawal.withdrawal_id in wanted]
    if withdrawal_id:
        filed = [withdrawal for withdrawal in filed if withdrawal.withdrawal_id == withdrawal_id]
    if not filed:
        raise UsageProblem(
            "no withdrawal of that person is on file", action="check the address, and the withdrawal's id"
        )
    return tuple(receipt(withdrawal, workspace=workspace, known=known or KnownSessions()) for withdrawal in filed)


def known_as(who: str, *, workspace: Workspace) -> list[str]:
    """The withdrawals of a person by party id, withdrawal id or e-mail address, in the order they were filed."""
    keys, filed = Keys(workspace.key("identity")), withdrawals.read(workspace.db)
    hashed = keys.hashed(AliasKind.EMAIL, who)
    with unreadable_is_closed(), reading(workspace.db) as connection:
        people = {alias.party_id for alias in find(connection, keys, [hashed]).get(hashed, ())} | {who}
    forgotten = set(withdrawals.marked_as(workspace.db, keys.marked(" ".join(words_of(who)))))
    return [
        withdrawal.withdrawal_id
        for withdrawal in filed
        if withdrawal.withdrawal_id in forgotten | {who} or not people.isdisjoint(withdrawal.party_ids)
    ]


def receipt(filed: Withdrawal, *, workspace: Workspace, known: KnownSessions) -> WithdrawalReceipt:
    """What was done for a withdrawal, from the ledger, and what cannot be called back, by what is ``known`` too."""
    steps = withdrawals.steps(workspace.ledger, filed.withdrawal_id)
    counted = Counter[str]()
    for step in steps:
        done = str(step["done"])
        counted[done] += int(str(step["what"])) if done == _ROWS_ERASED else 1
    touched = {str(step["what"]).partition("/")[0] for step in steps}
    log = "the consent log and this withdrawal, by random ids, as proof"
    # Until the next run did its part nothing tells which sessions the person is in.
    of_exports = known.of_exports if filed.state in _CARRIED_OUT else {}
    # Somebody may be matched to a session only after their withdrawal was carried out.
    touched.update(known.of_parties(filed.party_ids) if filed.session_id is None else ())
    rows_too = filed.erase and filed.session_id is None
    return WithdrawalReceipt(
        withdrawal=filed.withdrawal_id,
        filed_at=filed.filed_at.isoformat(timespec="seconds"),
        purposes=tuple(purpose.value for purpose in filed.purposes),
        session=filed.session_id or "every session",
        erasure=filed.erase,
        standing=_ERASED if filed.erase and filed.state is WithdrawalState.VERIFIED else _STANDS[filed.state],
        done=tuple(_in_words(what, count) for what, count in counted.items()),
        not_recalled=tuple(_not_recalled(workspace, touched, of_exports, erase=filed.erase)),
        kept=(log, *(() if rows_too else (_ANSWERS,)), *((_NAMES,) if filed.erase else ())),
    )


def _in_words(step: str, count: int) -> str:
    """A kind of step with how often it was taken, for the person who asked; the ledger has its own word."""
    named = _STEPS.get(step)
    if named is None and step.startswith(_ERASED_STEP):
        kind = step.removeprefix(_ERASED_STEP)
        named = f"results of the kind `{kind}` deleted for good"
    return f"{named or step}: {count}"


def _not_recalled(
    workspace: Workspace, touched: set[str], of_exports: Mapping[str, frozenset[str]], *, erase: bool
) -> Iterable[str]:
    """What was public, and the copies of what was made of those sessions, or may have been, that left the workspace."""
    for each in sorted(touched):
        yield from _public_times(workspace, each)
    sessions = {artefact.artefact_id: artefact.session_id for artefact in workspace.artefacts.all()}
    kinds = {artefact.artefact_id: artefact.kind for artefact in workspace.artefacts.all()}
    for copy in workspace.artefacts.copies():
        session_id = sessions.get(copy.artefact_id)
        held = of_exports.get(copy.artefact_id) if session_id is None else {session_id}
        if held is None or not touched.isdisjoint(held):
            yield f"{kinds.get(copy.artefact_id, 'copy')} {copy.artefact_id}: went to {copy.went_to}, {copy.noted_at}"
    if erase:
        with reading(workspace.db) as connection:
            entries = connection.execute(select(entry.c.entry_id, entry.c.session_id)).all()
        yield from (_OUTSIDE.format(row.entry_id) for row in entries if row.session_id in touched)


def _public_times(workspace: Workspace, session_id: str) -> Iterator[str]:
    """Each time that a public rendition of a session was out: whoever fetched it then has a copy that nobody knows."""
    prefix = releases.prefix_of(session_id, Audience.PUBLIC)
    about = (ledger.c.kind.in_([releases.RELEASED, _RETRACTED]), ledger.c.key.startswith(prefix, autoescape=True))
    with reading(workspace.db) as connection:
        rows = connection.execute(select(ledger).where(*about).order_by(ledger.c.seq)).all()
    begins = [(row.seq, row.key, _at(row.body)) for row in rows if row.kind == releases.RELEASED]
    ends = [(row.seq, _at(row.body)) for row in rows if row.kind == _RETRACTED]
    for seq, entry_id, since in begins:
        until = next((at for end, at in ends if end > seq), "now")
        yield f"rendition {entry_id}: public from {since} to {until}, copies unknown"


def _at(body: str) -> str:
    """When something was noted in the ledger."""
    return str(json.loads(body)["at"])


def as_lines(receipts: Iterable[WithdrawalReceipt]) -> str:
    """Receipts as plain text, to hand over."""
    blocks = []
    for receipt in receipts:
        rows = [
            f"Withdrawal {receipt.withdrawal}, filed {receipt.filed_at}"
            + (", with erasure" if receipt.erasure else ""),
            f"Of: {', '.join(receipt.purposes)}; {receipt.session}",
            f"Standing: {receipt.standing}",
        ]
        for title, lines in (
            ("Done", receipt.done),
            ("Cannot be called back", receipt.not_recalled),
            ("Kept", receipt.kept),
        ):
            rows += [f"{title}:", *(f"  - {line}" for line in lines or ("nothing",))]
        blocks.append("\n".join(rows))
    return "\n\n".join(blocks) + "\n"


def as_json(receipts: Iterable[WithdrawalReceipt]) -> str:
    """Receipts as one JSON array."""
    shown = [{name: getattr(receipt, name) for name in WithdrawalReceipt.__slots__} for receipt in receipts]
    return json.dumps(shown, sort_keys=True, ensure_ascii=False) + "\n"
