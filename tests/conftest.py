"""What every test has: a store of its own, never the user's."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session", autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory):
    """Keep the evidence store of the tests apart from the user's."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PULPOSUS_HOME", str(tmp_path_factory.mktemp("home")))
        patched.delenv("PULPOSUS_DATABASE", raising=False)
        yield
