"""What a collector of OpenTelemetry gets of a run, read as the protocol has it from a server of this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from pipeline.cli import main
from pipeline.errors import Exit
from pipeline.reports import telemetry
from pipeline.reports.doctor import examine
from pipeline.store import Workspace

FOLDER = "Halcyon Freight with Priya Raman"


class Collector(ThreadingHTTPServer):
    """Keeps what is posted, and answers with ``status``, or not before ``released`` is set."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.posted: list[tuple[str, bytes, str | None]] = []
        self.status = 200
        self.released = threading.Event()
        self.released.set()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def spans(self) -> dict[str, Span]:
        (body,) = (body for path, body, _ in self.posted if path == "/v1/traces")
        (resource,) = ExportTraceServiceRequest.FromString(body).resource_spans
        return {span.name: span for scope in resource.scope_spans for span in scope.spans}

    def gauges(self) -> dict[str, dict[str, float]]:
        """The values of each gauge by the value of their one attribute, if any."""
        (body,) = (body for path, body, _ in self.posted if path == "/v1/metrics")
        (resource,) = ExportMetricsServiceRequest.FromString(body).resource_metrics
        return {
            metric.name: {
                "".join(value.value.string_value for value in point.attributes): point.as_double or point.as_int
                for point in metric.gauge.data_points
            }
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }


class _Handler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posted.append((self.path, body, self.headers.get("Authorization")))
        self.server.released.wait(20)
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Tests print nothing."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.released.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def run(
    tmp_path: Path, new_workspace: Callable[[Path], Workspace], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Result]:
    """Runs a night over one folder that is refused, and tells the collector at an address."""
    root = new_workspace(tmp_path / "ws").root
    folder = tmp_path / "inbox" / FOLDER
    folder.mkdir(parents=True)
    (folder / "call.mp4").write_bytes(b"no recording at all")
    monkeypatch.setenv("OFFRECORD_RUN__STABLE_FOR_S", "0")

    def run_telling(endpoint: str) -> Result:
        monkeypatch.setenv("OFFRECORD_TELEMETRY__ENDPOINT", endpoint)
        arguments = ["run", str(tmp_path / "inbox"), "-w", str(root), "--executor", "inline"]
        return CliRunner().invoke(main, arguments)

    return run_telling


def log_events(tmp_path: Path) -> set[str]:
    lines = (tmp_path / "ws" / "log" / "offrecord.jsonl").read_text("utf-8").splitlines()
    return {json.loads(line)["event"] for line in lines}


def test_a_collector_gets_stages_counts_and_the_time_of_a_run_and_no_name(
    collector: Collector, run: Callable[[str], Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20token")
    done = run(f"{collector.endpoint}/")
    assert done.exit_code == Exit.SOME_STOPPED, done.output
    spans, gauges = collector.spans(), collector.gauges()
    night, ingest = spans["offrecord.run"], spans["offrecord.ingest"]
    assert ingest.parent_span_id == night.span_id and ingest.trace_id == night.trace_id
    assert night.start_time_unix_nano <= ingest.start_time_unix_nano < ingest.end_time_unix_nano
    assert ingest.end_time_unix_nano <= night.end_time_unix_nano and night.status.code != Status.STATUS_CODE_ERROR
    assert gauges["offrecord.sessions"]["refused"] == 1
    assert gauges["offrecord.run.duration"][""] == (night.end_time_unix_nano - night.start_time_unix_nano) / 1e9
    assert {header for _, _, header in collector.posted} == {"Bearer token"}
    sent = b"".join(body for _, body, _ in collector.posted)
    assert not any(word.encode() in sent for word in (*FOLDER.split(), "call.mp4", str(tmp_path), "s-"))
    assert "telemetry not sent" not in log_events(tmp_path)


def test_without_an_address_nothing_is_sent_and_nothing_imported(
    collector: Collector, run: Callable[[str], Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telemetry, "is_installed", lambda: False)
    assert run("").exit_code == Exit.SOME_STOPPED and not collector.posted


@pytest.mark.parametrize("trouble", ["refuses", "is not there", "hangs"])
def test_a_collector_that_does_not_take_it_is_a_line_in_the_log(
    trouble: str,
    collector: Collector,
    run: Callable[[str], Result],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OFFRECORD_TELEMETRY__TIMEOUT_S", "0.5")
    endpoint = collector.endpoint
    if trouble == "refuses":
        collector.status = 400
    elif trouble == "hangs":
        collector.released.clear()
    else:
        endpoint = "http://127.0.0.1:1"
    done = run(endpoint)
    assert done.exit_code == Exit.SOME_STOPPED and "Traceback" not in done.output
    assert "telemetry not sent" in log_events(tmp_path) and (tmp_path / "ws" / "reports" / "report.json").is_file()


@pytest.mark.parametrize(
    ("variable", "value", "is_told"),
    [
        ("OTEL_SDK_DISABLED", "true", False),
        ("OTEL_TRACES_SAMPLER", "always_off", True),
        ("OTEL_METRICS_EXEMPLAR_FILTER", "nonsense", True),
    ],
)
def test_variables_of_opentelemetry_change_no_exit_code(
    collector: Collector,
    run: Callable[[str], Result],
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    is_told: bool,
) -> None:
    monkeypatch.setenv(variable, value)
    done = run(collector.endpoint)
    assert done.exit_code == Exit.SOME_STOPPED, done.exception
    assert bool(collector.posted) is is_told


def test_a_variable_that_opentelemetry_cannot_read_stops_the_run_before_anything_is_done(
    collector: Collector, run: Callable[[str], Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "many")
    done = run(collector.endpoint)
    assert done.exit_code == Exit.CONFIGURATION and "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT" in done.output
    assert not (tmp_path / "ws" / "reports" / "report.json").exists()


def test_a_run_that_fails_is_an_error_without_its_words(
    collector: Collector, run: Callable[[str], Result], tmp_path: Path
) -> None:
    with Workspace.open(tmp_path / "ws").locked():
        done = run(collector.endpoint)
    assert done.exit_code == Exit.LOCKED
    night = collector.spans()["offrecord.run"]
    assert night.status.code == Status.STATUS_CODE_ERROR and not night.status.message and not night.events
    assert {each.key: each.value.string_value for each in night.attributes} == {"error.type": "LockHeld"}


def test_a_missing_extra_stops_the_run_before_anything_is_done(
    run: Callable[[str], Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telemetry, "is_installed", lambda: False)
    done = run("http://127.0.0.1:4318")
    assert done.exit_code == Exit.CONFIGURATION and "offrecord[otel]" in done.output
    assert not (tmp_path / "ws" / "reports" / "report.json").exists()
    (found,) = (each for each in examine(Workspace.open(tmp_path / "ws")) if each.what == "telemetry")
    assert not found.ok and "offrecord[otel]" in found.action


def test_an_address_that_is_none_is_a_wrong_setting(run: Callable[[str], Result]) -> None:
    done = run("collector:4318")
    assert done.exit_code == Exit.CONFIGURATION and "telemetry.endpoint" in done.output.lower().replace("__", ".")
