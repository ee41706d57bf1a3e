"""Writing stands from the look at which its ink came to the one at which it went, whatever moves beside it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.media.standing_writing import Looks
from pipeline.records import Region

REGION = Region(left=0.1, top=0.1, right=0.5, bottom=0.2)
Plane = NDArray[np.uint8]


def _plane(second: int, *, has_writing: bool) -> Plane:
    """A page whose lower half is another each second; letters of one and the same shape above, or none."""
    plane = np.full((160, 320), 250, np.uint8)
    plane[80:] = 40 * (second % 5)
    if has_writing:
        plane[16:32, 32:160:3] = 0
    return plane


def test_it_began_when_its_ink_came_and_is_there_until_the_ink_goes() -> None:
    looks = Looks()
    seen = [looks.at(_plane(second, has_writing=2 <= second < 6), float(second)) for second in range(8)]
    assert [seen[second].began_s(REGION) for second in (2, 3, 5)] == [2.0, 2.0, 2.0]
    assert [seen[second].still_has(seen[4].ink(REGION)) for second in (5, 6, 7)] == [True, False, False]


def test_a_slow_fade_is_no_still_picture() -> None:
    looks = Looks()
    faded = [_plane(0, has_writing=True) // np.uint8(1) for _ in range(10)]
    for second, plane in enumerate(faded):
        plane[16:32, 32:160:3] = 20 * second
    seen = [looks.at(plane, float(second)) for second, plane in enumerate(faded)]
    began_s = seen[9].began_s(REGION)
    assert began_s is not None and began_s > 5.0


def test_without_ink_or_in_another_size_nothing_stands() -> None:
    looks = Looks()
    bare = looks.at(_plane(0, has_writing=False), 0.0)
    written = looks.at(_plane(1, has_writing=True), 1.0)
    assert bare.began_s(REGION) is None
    assert not bare.still_has(bare.ink(REGION))
    assert not looks.at(np.full((80, 160), 250, np.uint8), 2.0).still_has(written.ink(REGION))


def test_what_is_followed_of_a_line_holds_no_whole_look() -> None:
    look = Looks().at(_plane(0, has_writing=True), 0.0)
    ink = look.ink(REGION)
    for kept, whole in ((ink.squares, look.squares), (ink.inked, look.inked)):
        assert kept.base is None and kept.size < whole.size / 5
