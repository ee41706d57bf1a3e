"""The section of the settings that says where encrypted files lie: in the workspace, or in a bucket."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from pipeline.settings.section import Section

_PLACE = r"^(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._-]+)*)?$"


class StoredKind(StrEnum):
    """What may lie in a bucket; each has a setting of its name, and a folder of it below the place that it names."""

    ORIGINALS = "originals"
    STAGE_RESULTS = "stage_results"
    RENDITIONS = "renditions"

    @property
    def words(self) -> str:
        """As people read it."""
        return self.value.replace("_", " ")


class StorageSettings(Section):
    """Where encrypted files are kept. What is plain never leaves the workspace."""

    originals: str = Field(
        "",
        pattern=_PLACE,
        description="A place in a bucket, as `s3://BUCKET/PREFIX`, for encrypted originals; empty for `vault/`.",
    )
    stage_results: str = Field(
        "",
        pattern=_PLACE,
        description="A place in a bucket, which may be the same, for encrypted stage results; empty for `stages/`.",
    )
    renditions: str = Field(
        "",
        pattern=_PLACE,
        description="A place in a bucket, which may be the same, for an encrypted copy of what is published in `out/`; "
        "empty for none.",
    )
    stage_cache_mb: int = Field(
        2000,
        ge=0,
        description="How much of the stage results in the bucket stays in `stages/` as well, so that each is fetched "
        "once.",
    )
    requests_at_once: int = Field(
        16, ge=1, le=64, description="How many requests a search through all stage results makes at once."
    )
    endpoint: str = Field(
        "",
        pattern=r"^(https?://[^/?#@\s]+)?$",
        description="The address of an S3 server that is not Amazon's, as `https://s3.example.org`.",
    )
    region: str = Field("us-east-1", pattern=r"^[A-Za-z0-9-]+$", description="The region that requests are signed for.")
    credentials: str = Field(
        "environment",
        pattern=r"^(environment|instance|file:/.+|credential:[^/]+)$",
        description="Where the access key is: `environment` (AWS_ACCESS_KEY_ID and its secret), `file:/PATH`, "
        "`credential:NAME` (systemd), or `instance` for the role of the machine.",
    )
    timeout_s: float = Field(60.0, gt=0, le=3600, description="A single request that takes longer is tried again.")
    # Amazon's own clients give up on a throttled request after about a minute; a night is then better tried again.
    retry_for_s: float = Field(
        60.0, ge=0, le=3600, description="For how long a request that fails is tried again before the run stops."
    )

    def address(self, kind: StoredKind) -> str:
        """The place of a kind, empty where it is the workspace."""
        address: str = getattr(self, kind.value)
        return address
