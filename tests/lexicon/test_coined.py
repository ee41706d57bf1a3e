from __future__ import annotations

import pytest

from pipeline.lexicon.coined import is_coined


@pytest.mark.parametrize("word", ["glamourstack", "thadiyasakunjo", "vengrove", "latimoor", "zhosek"])
def test_a_word_that_is_in_no_form_english_is_coined(word: str) -> None:
    assert is_coined(word)


@pytest.mark.parametrize(
    "word",
    ["redeployed", "policies", "tagging", "autoscaler", "grafana", "the", "webhooks", "k8s", "ana", "unreadable"],
)
def test_forms_of_english_words_and_technologies_are_not(word: str) -> None:
    assert not is_coined(word)
