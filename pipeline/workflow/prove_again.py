"""Proves a rendition or one file again, and says in plain English what that proves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline import proof
from pipeline.records import Check, ProofVerdict
from pipeline.render.spans_file import read_plan
from pipeline.store.signing import key_around


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvedAgain:
    """The verdict with its checks; ``means`` is empty, and ``failure`` says what is wrong, where it did not pass."""

    verdict: ProofVerdict
    checks: tuple[Check, ...]
    means: str
    failure: str


def prove_again(place: Path, *, plan: Path | None, public_key: str | None) -> ProvedAgain:
    """The proof of a rendition, or of one file by a plan; raises ``UsageProblem`` as ``proof.prove`` does.

    Without a key, what lies in a workspace is held against the key of that workspace.
    """
    given = None if plan is None else read_plan(plan)
    looked_up = key_around(place) if public_key is None and (plan is None or place.is_dir()) else None
    key = public_key if looked_up is None else looked_up
    proved = proof.prove(place, plan=given, public_key=key)
    has_passed = proved.verdict is ProofVerdict.PROVED
    return ProvedAgain(
        verdict=proved.verdict,
        checks=tuple(proved.checks),
        means=proof.what_it_means(proved, plan=given, is_key_known=key is not None),
        failure="" if has_passed else proof.failure_line(proved),
    )
