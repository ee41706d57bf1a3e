"""Consent: what each participant allows, decided by written rules from an append-only log of what they said."""

from pipeline.consent.erased import with_erased
from pipeline.consent.known import parties
from pipeline.consent.log import log_head, release, verify_chain
from pipeline.consent.ruling import heard, rule

__all__ = ["heard", "log_head", "parties", "release", "rule", "verify_chain", "with_erased"]
