"""Links that hold all that they are about, encrypted under a key of this workspace.

Nothing is kept of a link that nobody opens, and its address says nothing.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pipeline.errors import UsageProblem
from pipeline.store import Workspace

_NONCE_BYTES = 12


def seal(workspace: Workspace, body: Mapping[str, str]) -> str:
    """The secret of a link, as it stands in its address."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    content = json.dumps(dict(body), separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(nonce + _cipher(workspace).encrypt(nonce, content, None)).decode().rstrip("=")


def unseal(workspace: Workspace, secret: str, keys: set[str]) -> dict[str, str]:
    """What a link is about; raises ``UsageProblem`` for one that is none of ours, or about something else."""
    try:
        sealed = base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
        content = _cipher(workspace).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
    except (ValueError, InvalidTag) as error:
        raise UsageProblem("this link is not valid", action="copy all of it, or ask for a new one") from error
    body: dict[str, str] = json.loads(content)
    if set(body) != keys:
        raise UsageProblem("this link is for something else", action="copy all of it, or ask for a new one")
    return body


def _cipher(workspace: Workspace) -> AESGCM:
    return AESGCM(hmac.digest(workspace.key("identity"), b"offrecord consent links v1", "sha256"))
