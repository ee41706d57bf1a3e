"""Reviews of the rules of places: which are due, and recording that somebody looked at them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.consent.evaluation.jurisdictions import FILE_NAME, WARN_BEFORE, Place, rules_from, rules_of
from pipeline.consent.evaluation.rule_tables import Law
from pipeline.errors import UsageProblem
from pipeline.files import file_digest, write_bytes
from pipeline.store import Workspace

HOLDS_FOR = timedelta(days=365)
"""How long a review holds; rows of the shipped table are given as long."""

REVIEWED = "jurisdictions-reviewed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleReview:
    """One row of the table: ``state`` is ``current``, ``due`` within weeks, or ``overdue``, which counts as unknown."""

    codes: tuple[str, ...]
    name: str
    rule: Law
    state: str
    next_review: str
    reviewed_by: str
    source: str


def rule_reviews(workspace: Workspace, on: date) -> tuple[RuleReview, ...]:
    """Every row as it holds in the workspace; raises ``ConfigurationError`` where the table cannot be read."""
    rules = rules_of(workspace.root)
    codes: dict[int, list[str]] = {}
    for code, place in rules.places.items():
        codes.setdefault(id(place), []).append(code)
    return tuple(
        RuleReview(
            codes=tuple(codes[id(row)]),
            name=row.name,
            rule=row.rule,
            state=_state(row, on),
            next_review=row.next_review.isoformat(),
            reviewed_by=row.reviewed_by,
            source=row.source,
        )
        for row in rules.rows()
    )


def record_review(workspace: Workspace, codes: Sequence[str], *, by: str, source: str, on: date) -> tuple[str, ...]:
    """Adds a review to the workspace's ``jurisdictions.toml`` and the ledger; the codes that it confirms.

    Without ``codes`` these are all that are due or overdue. The rules stay as they are: another rule is a row in that
    file. Raises ``UsageProblem`` for a code that the table has not.
    """
    places = rules_of(workspace.root).places
    wanted = [code.strip().upper() for code in codes] or [
        code for code, place in places.items() if _state(place, on) != "current"
    ]
    if unknown := [code for code in wanted if code not in places]:
        raise UsageProblem(
            f"the table has no {unknown[0]}",
            action="choose one of `offrecord consent jurisdictions list`, or add a row",
        )
    if wanted:
        path = workspace.root / FILE_NAME
        before = path.read_bytes() if path.exists() else b""
        after = before + _as_toml({code: places[code].rule for code in wanted}, by=by, source=source, on=on)
        rules_from(after)
        write_bytes(path, after)
        # Who reviewed them stands in the file; the ledger, which forgets nobody, has the file's digest.
        workspace.ledger.append(REVIEWED, f"{on} {len(after)}", {"codes": wanted, "sha256": file_digest(path)})
    return tuple(wanted)


def _state(place: Place, on: date) -> str:
    if place.next_review < on:
        return "overdue"
    return "due" if place.next_review <= on + WARN_BEFORE else "current"


def _as_toml(rules: Mapping[str, Law], *, by: str, source: str, on: date) -> bytes:
    """The review as a table of TOML; JSON's strings are TOML's, but for characters that do not print."""
    confirmed = {rule: [code for code in rules if rules[code] is rule] for rule in Law}
    texts = {"source": source, "reviewed_by": by}
    if unprintable := [name for name, text in texts.items() if not text.isprintable() or not text.strip()]:
        raise UsageProblem(f"{unprintable[0]} must be a line of text", action="write it without breaks")
    lines = [
        "",
        "[[review]]",
        *(f"{name} = {json.dumps(text, ensure_ascii=False)}" for name, text in texts.items()),
        f"reviewed_on = {on}",
        f"next_review = {on + HOLDS_FOR}",
        "[review.rules]",
        *(f"{rule} = {json.dumps(codes)}" for rule, codes in confirmed.items() if codes),
        "",
    ]
    return "\n".join(lines).encode()
