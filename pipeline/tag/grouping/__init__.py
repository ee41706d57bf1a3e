"""The same request once: what customers of many sessions ask for, put together by what it means."""

from pipeline.tag.grouping.asks import heard_right, title_of
from pipeline.tag.grouping.group import Wording, WordingGroup, group
from pipeline.tag.grouping.points_back import points_back

__all__ = ["Wording", "WordingGroup", "group", "heard_right", "points_back", "title_of"]
