from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.embeddings.hashed import HashedTfidf
from pipeline.errors import ConfigurationError
from pipeline.tag.taxonomy import read_taxonomy

OWN = """
[[area]]
name = "boats"
phrases = ["sail*", "outboard motor"]
examples = ["the hull leaks when it rains"]

[[area]]
name = "harbour"
phrases = ["mooring"]
"""


def areas(path: Path | None, *sentences: str) -> list[str]:
    return read_taxonomy(path).areas(sentences, HashedTfidf())


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("the python sdk", "client libraries"),
        ("replay the webhook deliveries", "retries & delivery"),
        ("SSO and audit logs with roles", "security & auth"),
        ("a tutorial in the docs", "docs"),
        ("our invoice and pricing", "billing"),
        ("lunch was fine", "other"),
    ],
)
def test_shipped_areas_go_by_phrases(text: str, area: str) -> None:
    assert areas(None, text) == [area]


def test_a_teams_own_areas_go_by_phrases_then_by_examples(tmp_path: Path) -> None:
    path = tmp_path / "taxonomy.toml"
    path.write_text(OWN)
    asked = ("a bigger outboard motor", "sailing is fun", "rain: the hull leaks", "a mooring and a sail", "the docs")
    assert areas(path, *asked) == ["boats", "boats", "boats", "boats", "other"]


def test_the_topic_is_the_teams_own_phrase_and_never_what_stands_for_a_star(tmp_path: Path) -> None:
    path = tmp_path / "taxonomy.toml"
    path.write_text(OWN)
    own = read_taxonomy(path)
    assert own.topic("please, an Outboard Motor for Halcyon", "boats") == "outboard motor"
    assert own.topic("we want sailhalcyon", "boats") == ""
    assert own.topic("an outboard motor", "harbour") == own.topic("an outboard motor", "other") == ""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[[area]]\nname = 'a'\nphrase = ['x']", "area[1].phrase"),
        ("[[area]]\nname = 'a'\nphrases = ['*x']", "area[1].phrases[1]"),
        ("[[area]]\nname = 'a'\n[[area]]\nname = 'a'", "two areas"),
        ("[[area]]\nname = 'other'", "two areas"),
        ("area = 3", "area"),
        ("", "area"),
        ("[[", "TOML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "taxonomy.toml"
    path.write_text(content)
    with pytest.raises(ConfigurationError) as caught:
        read_taxonomy(path)
    assert said in str(caught.value)
