from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.detect.text.tokens import read
from pipeline.lexicon.plain import TOKEN, plain


@given(st.text("aB'’s _.\n1é"))
def test_a_text_is_cut_into_tokens_wherever_its_spaces_are(raw: str) -> None:
    words = [(match.start(), match.group()) for match in TOKEN.finditer(raw)]
    assert [(token.start_char, token.plain) for token in read(raw).tokens] == [(at, plain(word)) for at, word in words]
    for token, (at, word) in zip(read(raw).tokens, words, strict=True):
        assert token.end_char == at + len(word) - 2 * (word[-2:].lower() in ("'s", "’s"))
