"""Fits the model of objections to the shipped examples, and writes weights.npz beside this file.

    python models/objections/train.py        two seconds of one core, no network; all-minilm-l6-v2 must be pulled

The examples are the last two sets of pipeline/lexicon/data/cues.toml. models.toml must then say the new SHA-256.
"""

from __future__ import annotations

from pathlib import Path

from pipeline.detect.objection_model import MODEL
from pipeline.detect.sentence_model import Examples
from pipeline.lexicon.cues import shipped_cues

cues = shipped_cues()
MODEL.store(Path(__file__).parent, Examples(cues.objection_examples, cues.no_objection_examples))
