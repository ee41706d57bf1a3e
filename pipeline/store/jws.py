"""A text as a JWS in the general JSON serialisation (RFC 7515), signed with EdDSA (RFC 8037) in a workspace's name."""

from __future__ import annotations

import base64
import binascii
import json

from pipeline.store.signing import Signer, is_signed_jws, raw_public


def signed(text: str, signer: Signer) -> str:
    """The JWS as JSON text; its protected header holds the public key."""
    key = _encoded(raw_public(signer.public_key))
    header = {"alg": "EdDSA", "jwk": {"crv": "Ed25519", "kty": "OKP", "x": key}}
    protected, payload = _encoded(json.dumps(header, sort_keys=True).encode()), _encoded(text.encode())
    signature = _encoded(signer.sign_jws(f"{protected}.{payload}".encode("ascii")))
    envelope = {"payload": payload, "signatures": [{"protected": protected, "signature": signature}]}
    return json.dumps(envelope, indent=1) + "\n"


def opened(jws: str, *, public_key: str) -> str | None:
    """The text in a JWS, None unless it was signed with this key."""
    try:
        content = json.loads(jws)
        (signature_block,) = content["signatures"]
        header = json.loads(_decoded(signature_block["protected"]))
        signed_part, signature = (
            f"{signature_block['protected']}.{content['payload']}",
            _decoded(signature_block["signature"]),
        )
        ok = header["alg"] == "EdDSA" and is_signed_jws(signed_part.encode("ascii"), signature, public_key=public_key)
        return _decoded(content["payload"]).decode() if ok else None
    except (ValueError, KeyError, TypeError, binascii.Error):
        return None


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
