"""Stimulus gates as they were calibrated, read from the record that says on which rows, with which result."""

from __future__ import annotations

from functools import cache

from pulposus.core.files import packaged, read_yaml
from pulposus.mechanism.kinetics import Settings

__all__ = ["calibrated"]


@cache
def calibrated() -> Settings:
    """Return the settings of the network with its stimulus gates calibrated.

    >>> 0.0 < min(calibrated().ec50_of.values()) <= calibrated().ec50
    True
    """
    data, _ = read_yaml(packaged("network/calibration.yaml"))
    return Settings(hill=data["hill"], ec50=data["ec50"], ec50_of=dict.fromkeys(data["gates"], data["gate_ec50"]))
