"""Customers' lists that were there once: where one is gone nothing is made until somebody says that it is to be.

A list only ever takes out more, so one that is missing lets out what it named. The ledger has each list that a run saw,
by a keyed mark of its customer: neither the customer nor the name of the file.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from pipeline.errors import ConfigurationError, UsageProblem
from pipeline.lexicon.counted import counted, is_or_are
from pipeline.review.actors import marks_of
from pipeline.store import Workspace, terms

_SEEN, _REMOVED = "term_list_seen", "term_list_removed"
_PREFIX, _ABOUT = "list-", b"offrecord term list v1\n"


def require_lists(workspace: Workspace) -> None:
    """Notes every customer that has a list; raises ``ConfigurationError`` where one that had a list has none."""
    here = _here(workspace)
    if gone := _expected(workspace) - here:
        lists = f"{counted(len(gone), 'list')} of customers {is_or_are(len(gone))} gone from {terms.FOLDER}/"
        raise ConfigurationError(
            f"{lists} ({', '.join(sorted(gone))}), and what they forbid would get out",
            action="restore them from a backup; if one is to go, `offrecord terms confirm-removal LIST`",
        )
    for name in sorted(here):
        workspace.ledger.append(_SEEN, f"{name} {_removals(workspace, name)}", {"list": name})


def confirm_removal(workspace: Workspace, name: str, *, actor: str, now: datetime) -> None:
    """Keeps a person's word that a list is to be gone; raises ``UsageProblem`` where none of this name is missing."""
    if not actor.strip():
        raise UsageProblem("who removes the list is not stated", action="give --by")
    if name not in _expected(workspace) - _here(workspace):
        raise UsageProblem("no list of this name is missing", action="give the name that `offrecord run` says")
    with workspace.locked():
        workspace.ledger.append(_REMOVED, f"{name} {now.isoformat()}", {"list": name, **marks_of(actor)})


def _here(workspace: Workspace) -> set[str]:
    key = workspace.key("plan")
    customers = {customer for each in terms.read(workspace.root).lists for customer in each.customers}
    return {f"{_PREFIX}{hmac.digest(key, _ABOUT + each.encode(), hashlib.sha256).hex()[:12]}" for each in customers}


def _expected(workspace: Workspace) -> set[str]:
    """The lists that a run saw, and nobody said since that they are to go."""
    seen = (key.split(" ") for key, _ in workspace.ledger.under(_SEEN, ""))
    return {name for name, removals in seen if int(removals) == _removals(workspace, name)}


def _removals(workspace: Workspace, name: str) -> int:
    return len(workspace.ledger.under(_REMOVED, f"{name} "))
