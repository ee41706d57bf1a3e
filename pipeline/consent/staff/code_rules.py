"""Publishing code from a session: an organisation's permission for these very bytes, place and licence."""

from __future__ import annotations

import hashlib
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from pipeline.consent.evaluation.rule_tables import RuleResult
from pipeline.records import Outcome

MOST_LINES = 20
_FENCED = re.compile(r"```[^\n`]*\n(.*?)(?:```|\Z)", re.DOTALL)
_INDENTED = re.compile(r"(?:^(?: {4}|\t)[^\n]*(?:\n|\Z)|^[ \t]*\n(?=(?: {4}|\t)))+", re.MULTILINE)
_SCHEMA = re.compile(
    r"\b(?:create|alter)\s+table\b|\"\$schema\"|^\s*(?:message|enum|service)\s+\w+\s*\{|\btype\s+\w+\s*\{|<xs:schema",
    re.IGNORECASE | re.MULTILINE,
)


class ApprovalStatus(StrEnum):
    """How far asking the organisation came; ``never`` too when no answer came within the deadline."""

    NEVER = "never"
    PENDING = "pending"
    YES = "yes"
    NO = "no"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """Everything that the decision about one snippet depends on; what is not known is what closes."""

    status: ApprovalStatus = ApprovalStatus.NEVER
    same_bytes: bool = False
    same_terms: bool = False
    authorised: bool = False
    in_time: bool = False
    forbidden: bool = False
    claimed_insignificant: bool = False
    significant: bool = True


def decide_code(permission: Permission) -> RuleResult:
    """Whether code may be published: never by silence, never over a no, never other bytes than those asked about."""
    if permission.forbidden:
        return RuleResult(Outcome.REFUSE, "O6")
    if permission.status is ApprovalStatus.WITHDRAWN:
        return RuleResult(Outcome.REFUSE, "O8")
    if permission.status is ApprovalStatus.NO:
        return RuleResult(Outcome.REFUSE, "O10")
    if permission.claimed_insignificant and not permission.significant:
        return RuleResult(Outcome.PROCEED, "O7")
    if permission.status is ApprovalStatus.NEVER:
        return RuleResult(Outcome.REFUSE, "O1")
    if permission.status is ApprovalStatus.PENDING:
        return RuleResult(Outcome.HOLD, "O2")
    return _approved(permission)


def _approved(permission: Permission) -> RuleResult:
    if not (permission.same_bytes and permission.same_terms):
        return RuleResult(Outcome.HOLD, "O4")
    if not permission.authorised:
        return RuleResult(Outcome.HOLD, "O5")
    return RuleResult(Outcome.PROCEED, "O3") if permission.in_time else RuleResult(Outcome.HOLD, "O9")


def snippets(text: str) -> Iterator[str]:
    """The pieces of code in a text: what stands between fences, and what is indented by four spaces or a tab."""
    yield from (code for match in _FENCED.finditer(text) if (code := match[1]).strip())
    outside = _FENCED.sub("\n", text)
    for match in _INDENTED.finditer(outside):
        code = textwrap.dedent(match.group()).strip("\n")
        if code.strip():
            yield code + "\n"


def is_significant(code: str, *, identifies: bool) -> bool:
    """Whether code is more than a trifle: over 20 lines, a schema, or anything that points at a customer."""
    return identifies or len(code.splitlines()) > MOST_LINES or _SCHEMA.search(code) is not None


def digest_of(code: bytes) -> str:
    """The SHA-256 of the exact bytes that are asked about."""
    return hashlib.sha256(code).hexdigest()
