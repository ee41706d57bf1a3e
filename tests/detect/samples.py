"""Texts of ordinary and odd words, drawn with a seed, for tests that compare a quick way with a plain one."""

from __future__ import annotations

import random

from pipeline.lexicon.common import ranks
from pipeline.lexicon.plain import word_set

ODD = sorted(
    word_set(
        """graham Wilkerson tomasz, Yusra. "halcyon freight" Arvenix's it's don't gonna cannot I'm U.S. Mr. e.g. O'Neil
        1,000 $5 3pm C++ :) ;-) a-b-c x/y http://a.b.com/x jane@acme.example ... -- naïve café 東京 may bill McDonald
        iPhone. END! cant, wont? ’s 'n' (bank and/or bank). MARK: of the us google microsoft"""
    )
)
PLAIN = [
    *list(ranks())[:400],
    *sorted(word_set("wilkersen brumovia vantrexa halcyon tomash graham maria jerod kubernetes google")),
]


def texts(count: int, seed: int, spaces: tuple[str, ...] = (" ",)) -> list[str]:
    draw = random.Random(seed)
    return [
        "".join(
            draw.choice(ODD if draw.random() < 0.3 else PLAIN) + draw.choice(spaces)
            for _ in range(draw.choice((0, 1, 2, 3, 7, 30)))
        ).strip(" ")
        for _ in range(count)
    ]
