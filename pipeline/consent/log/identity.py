"""What identifies a person: normalised, encrypted for keeping, and looked up by keyed hash."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pipeline.consent.log.unreadable import unreadable

_NONCE_BYTES = 12
LEAST_PHONE_DIGITS = 7
"""How many digits a telephone number has at least, without its country's code."""
_PART = r"[^\s@<>()\[\],;:\"\\.]+"
_ADDRESS = re.compile(rf"[^\s@<>()\[\],;:\"\\]+@{_PART}(?:\.{_PART})*")


class AliasKind(StrEnum):
    """What sort of thing a person is known by."""

    EMAIL = "email"
    EMAIL_LIKE = "email_like"
    PLATFORM = "platform"
    PHONE = "phone"
    DISPLAY_NAME = "display_name"
    ORGANISATION = "organisation"
    DOMAIN = "domain"


class Verified(StrEnum):
    """Who vouches that an alias is this person's."""

    NOBODY = "none"
    THEMSELVES = "self_asserted"
    PLATFORM = "platform_login"
    EMAIL = "email_link"
    STAFF = "staff"

    @property
    def sure(self) -> bool:
        """Whether somebody other than the claimant vouches."""
        return self in (Verified.PLATFORM, Verified.EMAIL, Verified.STAFF)


def normalise(value: str) -> str:
    """The form in which two values are compared: NFKC, case-folded, trimmed; no dot or plus is taken out."""
    return unicodedata.normalize("NFKC", value).strip().casefold()


def phone_digits(text: str) -> str:
    """The digits of a telephone number as somebody typed it; empty where it is none."""
    digits = re.sub(r"\D", "", text)
    return digits if len(digits) >= LEAST_PHONE_DIGITS else ""


def is_address(text: str) -> bool:
    """Whether a text is one bare mail address, without a name, a bracket, a space or anything that cannot be seen."""
    hidden = any(unicodedata.category(letter) in ("Cf", "Cc") for letter in text)
    return _ADDRESS.fullmatch(text.strip()) is not None and not hidden


def bare(address: str) -> str:
    """An address without what often differs: dots and a plus sign's tail before the at sign; it only suggests."""
    box, _, host = normalise(address).partition("@")
    return f"{box.partition('+')[0].replace('.', '')}@{host}"


@dataclass(frozen=True, slots=True)
class Alias:
    """One thing that a party is known by, as looked up: the value itself stays encrypted."""

    party_id: str
    kind: AliasKind
    value_hash: str
    verified: Verified


class Keys:
    """The two keys derived from the workspace's identity key: one to look up, one to encrypt."""

    def __init__(self, secret: bytes) -> None:
        self._lookup = hmac.digest(secret, b"offrecord alias lookup v1", "sha256")
        self._marks = hmac.digest(secret, b"offrecord erased marks v1", "sha256")
        self._vouches = hmac.digest(secret, b"offrecord party aliases v1", "sha256")
        self._cipher = AESGCM(hmac.digest(secret, b"offrecord alias value v1", "sha256"))

    def hashed(self, kind: AliasKind, value: str) -> str:
        """The keyed hash under which a value is looked up."""
        return hmac.new(self._lookup, f"{kind.value}\n{normalise(value)}".encode(), hashlib.sha256).hexdigest()

    def seal(self, text: str, bound: str) -> bytes:
        """Encrypts a text so that it opens only together with what it is bound to."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, text.encode(), bound.encode())

    def open(self, sealed: bytes, bound: str) -> str:
        """The text again; raises ``ConsentUnreadable`` when it, or what it is bound to, was changed."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound.encode()).decode()
        except (InvalidTag, ValueError, TypeError) as error:
            raise unreadable("an alias in the consent store was changed") from error

    def seal_alias(self, alias: Alias, value: str) -> bytes:
        """An alias's value, bound to whose it is and who vouches for it."""
        return self.seal(value.strip(), _bound(alias))

    def open_alias(self, alias: Alias, sealed: bytes) -> str:
        """An alias's value again."""
        return self.open(sealed, _bound(alias))

    def vouched(self, party_id: str, value_hashes: Iterable[str]) -> str:
        """A keyed hash over everything that somebody is known by."""
        return hmac.digest(self._vouches, "\n".join((party_id, *sorted(value_hashes))).encode(), "sha256").hex()

    def marked(self, text: str) -> str:
        """A keyed hash by which a text of an erased person is found again, without keeping it."""
        return hmac.digest(self._marks, text.encode(), "sha256").hex()

    def check_alias(self, alias: Alias, sealed: bytes) -> None:
        """Raises ``ConsentUnreadable`` unless the sealed value is this alias's."""
        if self.hashed(alias.kind, self.open(sealed, _bound(alias))) != alias.value_hash:
            raise unreadable("an alias in the consent store was changed")


def _bound(alias: Alias) -> str:
    return "\n".join((alias.party_id, alias.kind.value, alias.verified.value))
