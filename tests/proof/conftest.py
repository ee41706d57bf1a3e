"""What the tests of rendering made is proved here."""

from __future__ import annotations

from tests.render.conftest import vault

__all__ = ["vault"]
