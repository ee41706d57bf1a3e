"""What is named like a recording that is not read refuses a folder, and says what else the name may mean."""

from __future__ import annotations

import pytest

from pipeline.errors import InputRefused
from pipeline.ingest.media_kinds import check_media


@pytest.mark.parametrize("name", ["src/index.ts", "call.TS", "module.mts"])
def test_a_suffix_that_is_also_one_of_code_is_refused_and_says_so(name: str) -> None:
    with pytest.raises(InputRefused) as refused:
        check_media(["call.mkv", name])
    assert "ffmpeg" in str(refused.value) and "if it is TypeScript code, take it out" in str(refused.value)


def test_other_kinds_say_nothing_of_code() -> None:
    with pytest.raises(InputRefused) as refused:
        check_media(["call.wma"])
    assert "TypeScript" not in str(refused.value)
