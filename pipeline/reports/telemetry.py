"""Times and counts of a run for an OpenTelemetry collector; the one door to opentelemetry.

What is sent are durations, counts, statuses and types of errors, as in ``metrics.prom``: no id, name or text. It goes
out once, at the end of the run, in OTLP over HTTP; headers come from ``OTEL_EXPORTER_OTLP_HEADERS``, as the
specification of the OTLP exporter has it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

from pipeline import __version__, log
from pipeline.errors import ConfigurationError
from pipeline.reports.morning_report import MorningReport
from pipeline.settings.telemetry import TelemetrySettings

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics.export import MetricsData
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.trace import Span

ShowProgress = Callable[[str, int, int], None]
"""Is called with a stage's name, how many of its tasks are finished, and how many there are."""
INSTALL = "pip install 'offrecord[otel]', or leave telemetry.endpoint empty"
_SCOPE = "offrecord"
_DISABLED = "OTEL_SDK_DISABLED"


class RunTelemetry(Protocol):
    """Follows one run."""

    def follow(self, show: ShowProgress) -> ShowProgress:
        """A progress display that also times each stage."""

    def record(self, report: MorningReport) -> None:
        """Takes the counts of a finished run."""


class _Silent:
    """Where no collector is told."""

    def follow(self, show: ShowProgress) -> ShowProgress:
        return show

    def record(self, report: MorningReport) -> None:
        """Nothing is kept."""


class _Recording:
    """Keeps the spans of a run: the run itself, and each stage from its first task to its last."""

    def __init__(self, resource: Resource) -> None:
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
        from opentelemetry.sdk.trace.sampling import ALWAYS_ON

        self._ended = InMemorySpanExporter()
        provider = TracerProvider(ALWAYS_ON, resource, shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self._ended))
        self._tracer = provider.get_tracer(_SCOPE, __version__)
        self._run = self._start("offrecord.run")
        self._stages: dict[str, Span] = {}
        self.report: MorningReport | None = None

    def follow(self, show: ShowProgress) -> ShowProgress:
        def progress(stage: str, finished: int, total: int) -> None:
            show(stage, finished, total)
            if stage not in self._stages and finished < total:
                self._stages[stage] = self._start(f"offrecord.{stage}", tasks=total)
            elif finished == total and stage in self._stages:
                self._stages.pop(stage).end()

        return progress

    def record(self, report: MorningReport) -> None:
        self.report = report
        for status, count in report.counts.items():
            self._run.set_attribute(f"offrecord.sessions.{status}", count)

    def end(self, error: BaseException | None) -> tuple[ReadableSpan, ...]:
        """Every span of the run, ended; of an error only the type is kept, for its words might hold a name."""
        from opentelemetry.trace import Status, StatusCode

        for span in (*self._stages.values(), self._run):
            if error is not None:
                span.set_attribute("error.type", type(error).__qualname__)
                span.set_status(Status(StatusCode.ERROR))
            span.end()
        return self._ended.get_finished_spans()

    def _start(self, name: str, *, tasks: int | None = None) -> Span:
        from opentelemetry.trace import set_span_in_context

        parent = set_span_in_context(self._run) if tasks is not None else None
        attributes = {"offrecord.tasks": tasks} if tasks is not None else {}
        return self._tracer.start_span(name, context=parent, attributes=attributes)


@contextmanager
def run_telemetry(settings: TelemetrySettings) -> Iterator[RunTelemetry]:
    """Follows a run and tells the collector of the settings at its end, also of one that failed.

    A collector that does not answer is a line in the log and no more. Raises ``ConfigurationError`` before anything is
    done where the extra is not installed, or a variable of OpenTelemetry is none that it can read.
    """
    if not settings.endpoint or os.environ.get(_DISABLED, "").strip().lower() == "true":
        yield _Silent()
        return
    if not is_installed():
        raise ConfigurationError("telemetry.endpoint needs OpenTelemetry, which is not installed", action=INSTALL)
    from opentelemetry.sdk.resources import Resource

    resource, error = Resource.create({"service.name": "offrecord", "service.version": __version__}), None
    try:
        recording = _Recording(resource)
    except ValueError as unreadable:
        raise ConfigurationError(f"OpenTelemetry: {unreadable}", action="correct the variable, or unset it") from None
    try:
        yield recording
    except BaseException as raised:
        error = raised
        raise
    finally:
        _tell(settings, resource, recording.end(error), recording.report)


def is_installed() -> bool:
    """Whether the extra ``otel`` is there."""
    return find_spec("opentelemetry") is not None and find_spec("opentelemetry.exporter.otlp.proto.http") is not None


def _tell(
    settings: TelemetrySettings, resource: Resource, spans: tuple[ReadableSpan, ...], report: MorningReport | None
) -> None:
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # what it cannot send is said below, in our log
    try:
        error = "" if _is_sent(settings, resource, spans, report) else "the collector did not take it"
    except Exception as raised:  # noqa: BLE001 - the night is over, whatever OpenTelemetry makes of its variables
        error = type(raised).__qualname__
    if error:
        log.get().warning("telemetry not sent", error=error)


def _is_sent(
    settings: TelemetrySettings, resource: Resource, spans: tuple[ReadableSpan, ...], report: MorningReport | None
) -> bool:
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.metrics.export import MetricExportResult
    from opentelemetry.sdk.trace.export import SpanExportResult

    address, timeout_s = settings.endpoint.rstrip("/"), settings.timeout_s
    traces = OTLPSpanExporter(endpoint=f"{address}/v1/traces", timeout=timeout_s)
    is_sent = traces.export(spans) is SpanExportResult.SUCCESS
    if is_sent and report is not None:
        metrics = OTLPMetricExporter(endpoint=f"{address}/v1/metrics", timeout=timeout_s)
        measured = _metrics(resource, report, spans[-1])
        is_sent = measured is not None and metrics.export(measured) is MetricExportResult.SUCCESS
    return is_sent


def _metrics(resource: Resource, report: MorningReport, run: ReadableSpan) -> MetricsData | None:
    """The gauges of ``metrics.prom``, by the names that OpenTelemetry would give them."""
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader

    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], resource=resource, shutdown_on_exit=False)
    meter = provider.get_meter(_SCOPE, __version__)
    sessions = meter.create_gauge("offrecord.sessions", "{session}", "Sessions by status.")
    for status, count in report.counts.items():
        sessions.set(count, {"status": status})
    meter.create_gauge("offrecord.folders.unfinished", "{folder}", "Folders still being written.").set(
        report.unfinished
    )
    seconds = ((run.end_time or 0) - (run.start_time or 0)) / 1e9
    meter.create_gauge("offrecord.run.duration", "s", "How long the last run took.").set(seconds)
    return reader.get_metrics_data()
