"""Consent: what each participant allows, decided by written rules from an append-only log of what they said."""

from pipeline.consent.evaluation.matched_parties import parties
from pipeline.consent.evaluation.ruling import heard, rule
from pipeline.consent.log.erased_participants import with_erased
from pipeline.consent.log.log import log_head, release, verify_chain

__all__ = ["heard", "log_head", "parties", "release", "rule", "verify_chain", "with_erased"]
