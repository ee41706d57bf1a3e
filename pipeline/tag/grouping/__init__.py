"""The same request once: what customers of many sessions ask for, put together by what it means."""

from pipeline.tag.grouping.asks import title_of
from pipeline.tag.grouping.group import Group, Wording, group

__all__ = ["Group", "Wording", "group", "title_of"]
