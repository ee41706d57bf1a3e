"""Where the files of a vault lie on the disk, for tests that damage them, and vaults as they were before encryption."""

from __future__ import annotations

from pathlib import Path

from pipeline.store import Workspace
from pipeline.store.vault import MARK, Vault


def stored(vault: Vault, digest: str) -> Path:
    """The file itself, encrypted or plain."""
    (path,) = (vault.root / digest[:2]).glob(f"{digest}*")
    return path


def changed(path: Path, at: int = -1) -> None:
    """Flips a bit of one byte."""
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def plain_from_now_on(workspace: Workspace) -> Workspace:
    """A workspace without sealed files, as an earlier version would have made it."""
    (workspace.vault.root / MARK).unlink()
    for ring in workspace.key_rings:
        ring.path.unlink()
    (workspace.root / "keys" / "kek").unlink()
    return Workspace.open(workspace.root)


def texts(root: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path within it."""
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def originals(root: Path) -> dict[str, bytes]:
    """What every sealed file of a workspace opens to, by its digest."""
    vault = Workspace.open(root).vault
    with vault.in_use():
        return {digest: vault.path(digest).read_bytes() for digest in vault.digests()}
