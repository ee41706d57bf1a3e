"""Where a proposal's label stands in the redacted transcript: what a reviewer may read without seeing any secret."""

from __future__ import annotations

from pipeline.records import Audience, Proposal
from pipeline.store import Workspace

_TRANSCRIPT = "transcript.txt"
_LINES = 3


def said_around(workspace: Workspace, proposal: Proposal) -> tuple[str, ...]:
    """The first lines of the internal rendition's transcript that have the label; none while it is not out."""
    path = workspace.out / proposal.session_id / Audience.INTERNAL / _TRANSCRIPT
    if not path.is_file():
        return ()
    lines = (line.strip() for line in path.read_text("utf-8").splitlines())
    return tuple(line for line in lines if proposal.replacement in line)[:_LINES]
