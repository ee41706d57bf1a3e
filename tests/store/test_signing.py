"""Who signed what, and that nothing else passes for it."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.errors import WorkspaceDamaged
from pipeline.store import Workspace, signing

CONTENT = b'{"a": 1}'


def test_a_signature_holds_for_these_bytes_this_use_and_this_key_alone() -> None:
    signer, other = signing.Signer(bytes(32)), signing.Signer(b"\x01" * 32)
    signature = signer.sign("rendition", CONTENT)
    key = signer.public_key
    assert signing.is_signed("rendition", CONTENT, signature=signature, public_key=key)
    assert not signing.is_signed("rendition", CONTENT + b" ", signature=signature, public_key=key)
    assert not signing.is_signed("receipt", CONTENT, signature=signature, public_key=key)
    assert not signing.is_signed("rendition", CONTENT, signature=signature, public_key=other.public_key)
    for odd in ("", "ed25519:", "ed25519:%%%", key.removeprefix("ed25519:"), "ed25519:AAAA", "é"):
        assert not signing.is_signed("rendition", CONTENT, signature=signature, public_key=odd)
    for odd in ("", "%", "AAAA", signature[:-4]):
        assert not signing.is_signed("rendition", CONTENT, signature=odd, public_key=key)


def test_a_workspace_has_one_key_of_its_own_and_tells_its_public_half(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "ws")
    key = tmp_path / "ws" / "keys" / "signing"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert workspace.signer.public_key == Workspace.open(tmp_path / "ws").signer.public_key
    assert workspace.signer.public_key != Workspace.create(tmp_path / "other").signer.public_key
    told = CliRunner().invoke(main, ["doctor", "--json", "--workspace", str(tmp_path / "ws")])
    document = {row["what"]: row["found"] for row in json.loads(told.output)}
    assert document["public key"] == workspace.signer.public_key
    key.unlink()
    with pytest.raises(WorkspaceDamaged, match="signing is missing"):
        _ = workspace.signer
