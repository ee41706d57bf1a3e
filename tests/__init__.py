"""Tests; the processes of one run share a clock (``tests/clock.py``), which starts when the first of them does."""

from __future__ import annotations

import os
import time

os.environ.setdefault("TESTS_BEGAN_S", str(time.monotonic()))
