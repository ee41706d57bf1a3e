"""Fits the model of objections to the shipped examples, and writes weights.npz beside this file.

    python models/objections/train.py        two seconds of one core, no network; all-minilm-l6-v2 must be pulled

The examples are the last two sets of pipeline/lexicon/data/cues.toml. models.toml must then say the new SHA-256.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pipeline.detect.objection_model import FILE_NAME, digest_of, fit
from pipeline.lexicon.cues import shipped_cues

cues = shipped_cues()
examples = (cues.objection_examples, cues.no_objection_examples)
np.savez(Path(__file__).parent / FILE_NAME, weights=fit(*examples).astype(np.float32), examples=digest_of(*examples))
