"""Writes the clips that the tests listen to, with what is said in them and when."""

import json
import subprocess
from pathlib import Path

from speak import SAMPLE_RATE, Utterance, speak

# Each voice twice; between them they hold names, companies, an unreleased product, a question and a request.
CLIPS = (
    ("priya-slt", "slt", "Good morning, my name is Priya Raman."),
    ("tomasz-rms", "rms", "Hello, this is Tomasz Nowak from Northwind Traders."),
    ("maria-awb", "awb", "My name is Maria Lopez from Brightwater Bank."),
    ("halcyon-kal16", "kal16", "I work on the platform team at Halcyon Freight."),
    ("retries-slt", "slt", "We would love to have batch retries in the Python client."),
    ("falcon-rms", "rms", "Please do not share the name Project Falcon."),
    ("bluefin-awb", "awb", "Bluefin is not announced until the spring."),
    ("replay-kal16", "kal16", "I did not know that Lumen could replay messages."),
)


def write(folder: Path) -> None:
    """One FLAC file a clip, and `fixture.json`."""
    folder.mkdir(exist_ok=True)
    entries = []
    for name, voice, text in CLIPS:
        utterance = speak(text, voice)
        _write_flac(utterance, folder / f"{name}.flac")
        entries.append(_entry(f"{name}.flac", utterance))
    lines = ",\n".join("  " + json.dumps(entry) for entry in entries)
    (folder / "fixture.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def _entry(file: str, utterance: Utterance) -> dict[str, object]:
    words = [{"text": word.text, "start_s": word.start_s, "end_s": word.end_s} for word in utterance.words]
    duration_s = round(utterance.duration_s, 4)
    return {"file": file, "voice": utterance.voice, "text": utterance.text, "duration_s": duration_s, "words": words}


def _write_flac(utterance: Utterance, path: Path) -> None:
    raw = ["-f", "s16le", "-ar", str(SAMPLE_RATE), "-ac", "1", "-i", "pipe:0"]
    command = ["ffmpeg", "-v", "error", "-y", *raw, "-bitexact", "-compression_level", "8", str(path)]
    subprocess.run(command, input=utterance.samples.astype("<i2").tobytes(), check=True)
