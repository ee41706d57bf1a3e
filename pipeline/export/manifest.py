"""What an export was made from, beside its files: what makes it possible to call one back, and to make it again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from pipeline.export.report import SCHEMA_VERSION, RequestReport
from pipeline.records import OutFile

NAME = "requests-manifest.json"


def out_files(contents: Mapping[str, bytes]) -> tuple[OutFile, ...]:
    """The files of an export with their digests, in the order given."""
    return tuple(OutFile(name=name, digest=hashlib.sha256(content).hexdigest()) for name, content in contents.items())


def request_ids(report: RequestReport) -> tuple[str, ...]:
    """Every request that an export holds, sorted."""
    return tuple(sorted(row.request_id for row in report.mentions))


def render(report: RequestReport, files: Sequence[OutFile], *, log_head: str, made_with: Mapping[str, str]) -> bytes:
    """The manifest as JSON, the same for the same report: what was selected, which rows, the digest of each file.

    It tells no time: ``log_head``, the head of the consent log, says as of when consent was read.
    """
    selection = report.selection
    body = {
        "schema_version": SCHEMA_VERSION,
        "selection": {
            "since": selection.since.isoformat() if selection.since else None,
            "area": selection.area or None,
            "kinds": list(selection.kinds),
            "min_customers": selection.min_customers,
            "hide_rare_sessions": selection.hide_rare_sessions,
        },
        "consent_log": log_head,
        "made_with": dict(sorted(made_with.items())),
        "files": [{"name": file.name, "sha256": file.digest} for file in files],
        "groups": len(report.groups),
        "request_ids": list(request_ids(report)),
    }
    return (json.dumps(body, indent=1, ensure_ascii=False) + "\n").encode()
