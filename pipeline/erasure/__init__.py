"""Withdrawal after processing: quarantine at once, rebuild or erase in the next run, then search every store."""

from pipeline.erasure.nights import carry_out, conclude
from pipeline.erasure.quarantine import quarantine, quarantine_session
from pipeline.erasure.search import Hit, left_of, search

__all__ = ["Hit", "carry_out", "conclude", "left_of", "quarantine", "quarantine_session", "search"]
