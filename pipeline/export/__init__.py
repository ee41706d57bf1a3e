"""Hands requests and discoveries to product managers."""

from pipeline.export.export import ExportItem, ExportResult, export

__all__ = ["ExportItem", "ExportResult", "export"]
