"""Files the wording by which the team announces a recording, as its TOML file says it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipeline.consent.log.log import writing
from pipeline.consent.notices import versions
from pipeline.consent.notices.announced_notice import Spoken
from pipeline.errors import UsageProblem
from pipeline.store import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledNotice:
    """What was filed: a notice version under its digest."""

    notice: str
    digest: str


def file_spoken(path: Path, *, workspace: Workspace, now: datetime) -> FiledNotice:
    """Files an announcement's wording; the next run looks for it in every session."""
    spoken = read_spoken(path)
    with writing(workspace, now=now) as log:
        digest = versions.put(log.connection, spoken)
    return FiledNotice(notice=f"{spoken.notice_id}@{spoken.version}", digest=digest)


def read_spoken(path: Path) -> Spoken:
    """The announcement in a TOML file; raises ``UsageProblem`` naming the key that is wrong."""
    try:
        values: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
        return Spoken(**values)
    except OSError as error:
        raise UsageProblem("the notice cannot be read", action="check its path") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageProblem(f"the notice is not valid TOML: {error}", action="correct that line") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise UsageProblem(f"notice: {key}: {first['msg']}", action="see docs/consent.md") from error
