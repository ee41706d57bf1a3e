from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.embeddings.hashed import HashedTfidf
from pipeline.tag.grouping import Wording, WordingGroup, group
from pipeline.tag.grouping import neighbours as near

SAME = (
    "we need single sign on for contractors",
    "please add single sign on for our contractors",
    "single sign on for contractors would be great",
)
OTHER = ("a dark theme for the dashboard would be nice", "please give us a dark theme in the dashboard")
THRESHOLD = 0.4


def grouped(
    *texts: str,
    together: tuple[tuple[str, str], ...] = (),
    apart: tuple[tuple[str, str], ...] = (),
    kind: str = "request",
) -> tuple[WordingGroup, ...]:
    wordings = [Wording(key=f"q-{number}", text=text, kind=kind) for number, text in enumerate(texts)]
    vectors = HashedTfidf().encode(texts)
    return group(wordings, vectors, threshold=THRESHOLD, together=together, apart=apart)


def keys(groups: tuple[WordingGroup, ...]) -> list[tuple[str, ...]]:
    return [one.keys for one in groups]


def test_the_same_request_is_one_group_with_every_wording() -> None:
    first, second = grouped(*SAME, *OTHER)
    assert (first.keys, second.keys) == (("q-0", "q-1", "q-2"), ("q-3", "q-4"))
    assert first.centre in first.keys
    assert first.closeness > THRESHOLD
    assert {"single", "sign", "contractors"} <= set(first.words)


def test_labels_of_customers_part_nothing_and_the_order_is_that_of_the_first_wording() -> None:
    groups = grouped("export of the usage for [customer A]", OTHER[0], "export of the usage for [customer B]")
    assert keys(groups) == [("q-0", "q-2"), ("q-1",)]


def test_a_request_and_a_discovery_are_two() -> None:
    wordings = [Wording(key="q-0", text=SAME[0]), Wording(key="q-1", text=SAME[0], kind="discovery")]
    groups = group(wordings, HashedTfidf().encode([SAME[0]] * 2), threshold=THRESHOLD)
    assert keys(groups) == [("q-0",), ("q-1",)]


def test_words_that_only_point_at_something_are_one_request_with_nothing() -> None:
    texts = ["so the server can do that already"] * 3
    wordings = [Wording(key=f"q-{at}", text=text, alone=True) for at, text in enumerate(texts)]
    alone = group(wordings, HashedTfidf().encode(texts), threshold=THRESHOLD)
    assert keys(alone) == [("q-0",), ("q-1",), ("q-2",)]
    assert {one.closeness for one in alone} == {1.0}
    joined = group(wordings, HashedTfidf().encode(texts), threshold=THRESHOLD, together=[("q-0", "q-2")])
    assert keys(joined) == [("q-0", "q-2"), ("q-1",)]


def test_a_wording_whose_verb_was_misheard_stands_for_its_group_only_alone() -> None:
    misheard = "it would be great if the python client could battery trees and events"
    other = "it would be great if the python client could batch trees and events"
    (both,) = grouped(misheard, misheard + " please", other)
    assert both.centre == "q-2"
    (one,) = grouped(misheard)
    assert one.centre == "q-0"


def test_what_people_join_and_part_holds_before_all() -> None:
    assert keys(grouped(*SAME, *OTHER, together=(("q-0", "q-3"),)))[0] >= ("q-0",)
    assert any({"q-0", "q-3"} <= set(one) for one in keys(grouped(*SAME, *OTHER, together=(("q-0", "q-3"),))))
    parted = keys(grouped(*SAME, apart=(("q-0", "q-1"),)))
    assert not any({"q-0", "q-1"} <= set(one) for one in parted)
    assert keys(grouped(*SAME, apart=(("q-0", "gone"),), together=(("gone", "q-1"),))) == [("q-0", "q-1", "q-2")]


def test_the_same_words_can_be_parted() -> None:
    assert len(grouped(SAME[0], SAME[0])) == 1
    assert len(grouped(SAME[0], SAME[0], apart=(("q-0", "q-1"),))) == 2


def test_a_merge_cannot_undo_a_split() -> None:
    both = grouped(*SAME, *OTHER, apart=(("q-0", "q-3"),), together=(("q-0", "q-3"),))
    assert not any({"q-0", "q-3"} <= set(one) for one in keys(both))


@given(st.lists(st.sampled_from([*SAME, *OTHER, "", "pause a queue"]), max_size=12), st.randoms())
@settings(max_examples=40)
def test_every_wording_is_in_one_group(texts: list[str], random: object) -> None:
    groups = grouped(*texts)
    assert sorted(itertools.chain.from_iterable(keys(groups))) == sorted(f"q-{n}" for n in range(len(texts)))


@pytest.mark.parametrize("size", [50, 6000])
def test_near_pairs_are_those_of_comparing_each_with_each(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near, "_ALL", 4096)
    rng = np.random.default_rng(1)
    centres = rng.standard_normal((size // 5, 64))
    vectors = np.repeat(centres, 5, axis=0) + 0.25 * rng.standard_normal((size // 5 * 5, 64))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    vectors[3] = 0.0
    pairs, cosines = near.near_pairs(vectors, 0.6, 0.05)
    wanted = {(int(i), int(j)) for i, j in zip(*np.nonzero(np.triu(vectors @ vectors.T >= 0.6, 1)), strict=True)}
    found = {(int(i), int(j)) for i, j in pairs}
    assert found <= wanted
    assert len(found) >= 0.97 * len(wanted)
    assert (cosines >= 0.6 - 1e-5).all()
    assert all(3 not in pair for pair in found)


def test_groups_looked_for_in_cells_are_those_of_comparing_each_with_each(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    centres = rng.standard_normal((600, 64))
    vectors = np.repeat(centres, 5, axis=0) + 0.4 * rng.standard_normal((3000, 64))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    wordings = [Wording(key=f"q-{number}", text=f"wording {number}") for number in range(3000)]
    by_limit = {}
    for limit in (4096, 512):
        monkeypatch.setattr(near, "_ALL", limit)
        by_limit[limit] = {one.keys for one in group(wordings, vectors, threshold=0.57)}
    assert by_limit[512] == by_limit[4096] and len(by_limit[512]) < 700


def test_nothing_near_is_no_pairs() -> None:
    pairs, cosines = near.near_pairs(np.eye(4, dtype=np.float32), 0.5, 0.05)
    assert (len(pairs), len(cosines)) == (0, 0)
