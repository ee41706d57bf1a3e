"""The section of the settings that says where figures of a run are sent."""

from __future__ import annotations

from pydantic import Field

from pipeline.settings.section import Section


class TelemetrySettings(Section):
    """The OpenTelemetry collector that a run tells how long it took; needs the extra ``otel``."""

    endpoint: str = Field(
        "",
        pattern=r"^$|^https?://[^\s/]+(/\S*)?$",
        description="The base address of a collector of OTLP over HTTP, as `http://127.0.0.1:4318`; empty for none.",
    )
    timeout_s: float = Field(
        5.0, gt=0, le=60.0, description="Seconds after which a run gives up telling the collector."
    )
