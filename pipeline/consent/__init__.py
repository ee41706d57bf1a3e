"""Consent: what each participant allows, decided by written rules from an append-only log of their answers."""

from pipeline.consent.evaluation.named_refusers import named_refusers
from pipeline.consent.evaluation.next_change import next_change
from pipeline.consent.evaluation.ruling import current_ruling, record_announcements, rule
from pipeline.consent.evaluation.snapshot import matched_parties, working_session
from pipeline.consent.log.log import head_hash, log_head, release
from pipeline.consent.log.replay import verify_chain
from pipeline.consent.log.replay import warnings as journal_warnings

__all__ = [
    "current_ruling",
    "head_hash",
    "journal_warnings",
    "log_head",
    "matched_parties",
    "named_refusers",
    "next_change",
    "record_announcements",
    "release",
    "rule",
    "verify_chain",
    "working_session",
]
