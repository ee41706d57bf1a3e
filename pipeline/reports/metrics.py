"""Figures of the last run for a monitoring system, as a text file that node exporter's textfile collector reads."""

from __future__ import annotations

from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from pipeline.files import write_bytes
from pipeline.reports.morning_report import MorningReport


def write(report: MorningReport, path: Path, *, seconds: float) -> None:
    """Writes counts and times of a finished run; no label holds more than a status."""
    registry = CollectorRegistry()
    sessions = Gauge("offrecord_sessions", "Sessions by status.", ["status"], registry=registry)
    for status, count in report.counts.items():
        sessions.labels(status).set(count)
    unfinished = Gauge("offrecord_folders_unfinished", "Folders still being written.", registry=registry)
    unfinished.set(report.unfinished)
    duration = Gauge("offrecord_run_duration_seconds", "How long the last run took.", registry=registry)
    duration.set(seconds)
    finished = Gauge("offrecord_last_run_timestamp_seconds", "When the last run ended.", registry=registry)
    finished.set(report.made_at.timestamp() + seconds)
    write_bytes(path, generate_latest(registry))
