"""Withdrawal after processing: quarantine at once, rebuild or erase in the next run, then search every store."""

from pipeline.workflow.erasure.carry_out import carry_out, verify_withdrawals
from pipeline.workflow.erasure.leftovers import Leftover, find_leftovers, kept_aside, leftovers_of
from pipeline.workflow.erasure.quarantine import quarantine, quarantine_session

__all__ = [
    "Leftover",
    "carry_out",
    "find_leftovers",
    "kept_aside",
    "leftovers_of",
    "quarantine",
    "quarantine_session",
    "verify_withdrawals",
]
