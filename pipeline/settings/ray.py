"""The section of the settings that says how tasks are spread over a Ray cluster."""

from __future__ import annotations

from pydantic import Field

from pipeline.settings.section import Section


class RaySettings(Section):
    """What `offrecord run --executor ray` asks of the cluster; the other executors do not read it."""

    address: str = Field(
        "", description="The cluster's head, as `HOST:6379`; without one a cluster of this machine alone is started."
    )
    cpus_per_task: float = Field(1.0, gt=0, le=256, description="Cores that each worker reserves.")
    gpus_per_task: float = Field(0.0, ge=0, le=8, description="GPUs, or the share of one, that each worker reserves.")
    # An hour of video opened and rendered is 2 to 4 GB; one task is always let through.
    plaintext_limit_mb: int = Field(
        50_000, ge=1, description="Megabytes of opened recordings and unfinished renditions with which no task starts."
    )
    # A node that an autoscaler adds needs minutes for its image.
    start_timeout_s: float = Field(
        600.0, gt=0, description="Seconds without any worker after which a run gives up waiting for the cluster."
    )
