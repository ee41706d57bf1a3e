"""Which kind of file system a folder is on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")
_NETWORK = re.compile(
    r"nfs\d*|cifs|smb\w*|afs|ceph|glusterfs|lustre|beegfs|gpfs|orangefs|ocfs2|gfs2|davfs"
    r"|fuse\.(sshfs|s3fs|rclone|glusterfs|ceph\S*|davfs\S*|gcsfuse|juicefs|mount\S*|goofys)"
)


def network_file_system(folder: Path) -> str:
    """The kind of the network file system that a folder is on; empty where it is on none, or nothing says so."""
    kind = _kind_of(folder.resolve())
    return kind if _NETWORK.fullmatch(kind) else ""


def _kind_of(folder: Path) -> str:
    mounted = [(place, kind) for place, kind in _mounts() if folder.is_relative_to(place)]
    return max(mounted, key=lambda each: len(each[0].parts), default=(folder, ""))[1]


def _mounts() -> Iterator[tuple[Path, str]]:
    """Every mount and its kind, in order: of two at one place the later is in force. Nothing but on Linux."""
    lines = _MOUNTS.read_text("utf-8", "surrogateescape").splitlines() if _MOUNTS.exists() else []
    for line in reversed(lines):
        fields = line.split(" ")
        place = re.sub(r"\\(\d{3})", lambda octal: chr(int(octal[1], 8)), fields[4])
        yield Path(place), fields[fields.index("-") + 1]
