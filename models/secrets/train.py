"""Fits the model of what is said to be secret to the shipped examples, and writes weights.npz beside this file.

    python models/secrets/train.py        ten seconds of one core, no network; all-minilm-l6-v2 must be pulled

The examples are those of pipeline/lexicon/data/secret_examples.toml. models.toml must then say the new SHA-256.
"""

from __future__ import annotations

from pathlib import Path

from pipeline.detect.secrecy_model import MODEL
from pipeline.detect.sentence_model import Examples
from pipeline.lexicon.cues import shipped_cues

cues = shipped_cues()
MODEL.store(Path(__file__).parent, Examples(cues.secret_examples, cues.no_secret_examples))
