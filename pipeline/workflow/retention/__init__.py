"""Retention: what is kept no longer is removed with a receipt, unless somebody holds it; a hold opens nothing."""

from pipeline.workflow.retention.carry_out import RemovalReceipt, carry_out, receipts, removal_lines
from pipeline.workflow.retention.due import RetentionItem, due
from pipeline.workflow.retention.holds import LegalHold, lift_hold, list_holds, place_hold

__all__ = [
    "LegalHold",
    "RemovalReceipt",
    "RetentionItem",
    "carry_out",
    "due",
    "lift_hold",
    "list_holds",
    "place_hold",
    "receipts",
    "removal_lines",
]
