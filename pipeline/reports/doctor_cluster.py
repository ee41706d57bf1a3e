"""What a run on a Ray cluster needs, and whether it is there; with a hint of what nobody can see from one machine."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import metadata

from pipeline import __version__
from pipeline.errors import ConfigurationError
from pipeline.executors.ray_cluster import require_token
from pipeline.reports.requirement import Requirement
from pipeline.store import Workspace
from pipeline.store.database import is_server
from pipeline.workflow.run_executor import require_database


def examine_cluster(workspace: Workspace) -> Iterator[Requirement]:
    """The database, and Ray where it is installed or asked for."""
    kind = "PostgreSQL" if is_server(workspace.db) else "SQLite"
    try:
        require_database(workspace, on_cluster=True)
        yield Requirement(what="database", ok=True, found=kind)
    except ConfigurationError as error:
        yield Requirement(what="database", ok=False, found=kind, action=f"{error}")
    address = workspace.settings.ray.address
    try:
        version = metadata.version("ray")
    except metadata.PackageNotFoundError:
        if address:
            action = "pip install 'offrecord[ray]', or leave ray.address empty"
            yield Requirement(what="Ray", ok=False, found="", action=action)
        return
    try:
        require_token(workspace.settings.ray)
    except ConfigurationError as error:
        yield Requirement(what="Ray", ok=False, found=version, action=f"{error}")
        return
    yield Requirement(what="Ray", ok=True, found=version, hint=_shared(version) if address else "")


def _shared(version: str) -> str:
    return (
        f"every machine of the cluster needs Offrecord {__version__}, Ray {version}, this Python, the models, ffmpeg; "
        "the folder of the workspace and the inbox under the same paths; and PostgreSQL"
    )
