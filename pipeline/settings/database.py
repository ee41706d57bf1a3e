"""The section of the settings that says where the database of a workspace is."""

from __future__ import annotations

from pydantic import Field

from pipeline.settings.section import Section


class DatabaseSettings(Section):
    """Where the database is; the settings of a workspace are read before it is opened."""

    url: str = Field(
        "",
        description="A PostgreSQL database, as `postgresql://USER@HOST/DATABASE`; without one it is the file "
        "`offrecord.db` of the workspace.",
    )
