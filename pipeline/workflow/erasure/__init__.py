"""Withdrawal after processing: quarantine at once, rebuild or erase in the next run, then search every store."""

from pipeline.workflow.erasure.carry_out import carry_out, conclude
from pipeline.workflow.erasure.leftovers import Hit, left_of, search
from pipeline.workflow.erasure.quarantine import quarantine

__all__ = ["Hit", "carry_out", "conclude", "left_of", "quarantine", "search"]
