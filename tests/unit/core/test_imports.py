"""The core can be imported without the heavy packages."""

import subprocess
import sys

import pytest

LIGHT = (
    "errors units parameters spread derived references files yaml_reader language progress run_record result".split()
)
HEAVY = {"pint", "scipy", "xarray", "pydantic", "rich", "pandas", "h5netcdf"}


@pytest.mark.parametrize(("modules", "heavy"), [(LIGHT, HEAVY | {"numpy"}), (["draws"], HEAVY)])
def test_importing_a_module_loads_no_heavy_package(modules: list[str], heavy: set[str]) -> None:
    lines = ["import sys", *(f"import pulposus.core.{name}" for name in modules), "print(*sys.modules)"]
    run = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True)
    assert not heavy & set(run.stdout.split())


@pytest.mark.parametrize("name", [*LIGHT, "draws", "model_faults", "model_places", "parameter_records"])
def test_every_public_name_exists(name: str) -> None:
    module = __import__(f"pulposus.core.{name}", fromlist=["__all__"])
    assert module.__all__ == sorted(module.__all__, key=lambda one: (not one.isupper(), not one[0].isupper(), one))
    assert all(hasattr(module, one) for one in module.__all__)
    assert module.__doc__
