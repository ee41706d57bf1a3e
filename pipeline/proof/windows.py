"""Which windows touch a stretch of time, found quickly however many there are."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.records import RedactionInterval


class Near:
    """Windows by the second that they touch."""

    def __init__(self, windows: Iterable[RedactionInterval]) -> None:
        self._by_second: dict[int, list[RedactionInterval]] = {}
        for window in windows:
            for second in range(int(window.start_s), int(window.end_s) + 1):
                self._by_second.setdefault(second, []).append(window)

    def touching(self, start_s: float, end_s: float) -> list[RedactionInterval]:
        """The windows that may share time with ``[start_s, end_s)``, each once."""
        found: dict[RedactionInterval, None] = {}
        for second in range(max(0, int(start_s)), int(end_s) + 1):
            found.update(dict.fromkeys(self._by_second.get(second, ())))
        return list(found)
