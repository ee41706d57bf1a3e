from __future__ import annotations

import pytest

from pipeline.lexicon.counted import counted, is_or_are


@pytest.mark.parametrize(("count", "said"), [(0, "0 spans are left"), (1, "1 span is left"), (2, "2 spans are left")])
def test_a_noun_and_its_verb_follow_the_number(count: int, said: str) -> None:
    assert f"{counted(count, 'span')} {is_or_are(count)} left" == said


def test_another_plural_is_said() -> None:
    assert [counted(count, "entry", "entries") for count in (1, 2)] == ["1 entry", "2 entries"]
