"""Counts by area and segment; cells with too few customers are merged, so that none names its customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.export.customers import customers_of
from pipeline.export.mentions import Mention

RARE = "others, too few customers each"
"""What stands for all cells with too few customers together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaCount:
    """How many groups, customers and sessions one area or segment has; None customers are too few to tell."""

    name: str
    requests: int
    customers: int | None
    sessions: int | None


def area_counts(
    mentions: Sequence[Mention], names: Mapping[str, str], group_ids: Mapping[str, str], least: int
) -> tuple[AreaCount, ...]:
    """One cell for each name, the largest first; those with too few customers together as ``RARE``.

    ``names`` are those of the areas or segments by request, ``group_ids`` the groups.
    """
    by_name: dict[str, list[Mention]] = {}
    for mention in mentions:
        if names[mention.request_id]:
            by_name.setdefault(names[mention.request_id], []).append(mention)
    few = {name for name, of_name in by_name.items() if len(set(customers_of(of_name).values())) < least}
    if few:
        by_name[RARE] = [mention for name in sorted(few) for mention in by_name.pop(name)]
    cells = [_cell(name, of_name, group_ids, least) for name, of_name in by_name.items()]
    return tuple(sorted(cells, key=lambda cell: (cell.name == RARE, -cell.requests, cell.name)))


def _cell(name: str, mentions: Sequence[Mention], group_ids: Mapping[str, str], least: int) -> AreaCount:
    customers = len(set(customers_of(mentions).values()))
    enough = customers >= least
    return AreaCount(
        name=name,
        requests=len({group_ids[mention.request_id] for mention in mentions if mention.request_id in group_ids}),
        customers=customers if enough else None,
        sessions=len({mention.session for mention in mentions}) if enough else None,
    )
