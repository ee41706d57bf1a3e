"""The sources of the rendered sessions, made once."""

from __future__ import annotations

import pytest

from tests.render.making import Vault, make_sources


@pytest.fixture(scope="session")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    folder = tmp_path_factory.mktemp("vault")
    make_sources(folder)
    return Vault(folder)
