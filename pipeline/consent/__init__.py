"""Consent: what each participant allows, decided by written rules from an append-only log of what they said."""

from pipeline.consent.erased import with_erased
from pipeline.consent.log import log_head, release, verify_chain
from pipeline.consent.ruling import rule

__all__ = ["log_head", "release", "rule", "verify_chain", "with_erased"]
