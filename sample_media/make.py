"""Remakes the sample sessions, their truth and the form answers from the conversations and the cast.

Needs flite and espeak-ng with their libraries, and ffmpeg; run it as `python sample_media/make.py`.
"""

import json
import shutil
from functools import cache

from forms import write_forms
from people import HERE, load_people
from performance import Performance, perform
from sessions import SAMPLES, write_session
from truth import tell_truth


def main() -> None:
    """Writes sessions/, truth/, consent.csv and withdrawals.csv anew."""
    for name in ("sessions", "truth"):
        shutil.rmtree(HERE / name, ignore_errors=True)
        (HERE / name).mkdir()
    write_forms(load_people(), HERE)
    for sample in SAMPLES:
        performance = _perform_once(sample.conversation)
        heard = write_session(sample, performance, HERE / "sessions")
        truth = json.dumps(tell_truth(sample, performance, heard), indent=1, ensure_ascii=False)
        (HERE / "truth" / f"{sample.folder}.json").write_text(truth + "\n", encoding="utf-8")
        print(f"{sample.folder}: {performance.duration_s:.1f} s" if heard else f"{sample.folder}: broken on purpose")


@cache
def _perform_once(conversation: str) -> Performance:
    return perform(conversation)


if __name__ == "__main__":
    main()
