"""What staff close takes effect at once: whoever files it hands in how to take back what is out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline.records import Purpose
from pipeline.store.withdrawals import Withdrawal

CloseSession = Callable[[str, Sequence[Purpose]], Sequence[str]]
"""Takes back what is out of a session for these purposes; returns it, each as session and audience."""
CloseWithdrawn = Callable[[Withdrawal], Sequence[str]]
"""Takes back what is out against a withdrawal; returns it, each as session and audience."""


def nothing_to_close(_session_id: str, _purposes: Sequence[Purpose]) -> Sequence[str]:
    """For callers of which nothing is out."""
    return ()


def nothing_withdrawn(_filed: Withdrawal) -> Sequence[str]:
    """For callers of which nothing is out."""
    return ()
