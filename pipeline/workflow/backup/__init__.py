"""Backups: one encrypted file of a workspace without its keys, one of its keys, and their restoration."""

from pipeline.workflow.backup.restore import RestoredWorkspace, restore
from pipeline.workflow.backup.write import BackupFile, back_up, export_keys, write_key

__all__ = ["BackupFile", "RestoredWorkspace", "back_up", "export_keys", "restore", "write_key"]
