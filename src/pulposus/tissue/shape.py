"""The shape of a disc that thins, as factors of its stiffness terms: the mesh stays, the diffusion is pulled back.

    factor of a direction = J m / lambda^2,   lambda the stretch along it, J the volume ratio, m the mobility ratio

Nucleus: lambda_z = l, lambda_r = sqrt(J / l): it loses volume J and height l. Annulus: lambda_z = l, volume kept, its inner
face where the nucleus ends, so its outer face moves: R'^2 = (lambda_r R_NP)^2 + (R^2 - R_NP^2) / l. Endplate: as it was,
times its open share. Cells and what they take per reference volume stay, so per volume they are denser by 1 / J.

A solid has one l for all of its tissue, that of the height in its middle: tissue that is higher at the front than at the back stays
so in the same ratio, and the terms of planes that slope scale like those of level ones. Its R and R_NP are those of circles with
the areas of its section.
"""

from __future__ import annotations

from typing import Any

from pulposus.tissue.geometry import Geometry
from pulposus.tissue.solid import SolidGeometry

__all__ = ["Shape", "lowest", "stretch", "thinning"]

Shape = Geometry | SolidGeometry


def thinning(geometry: Shape, height: Any) -> Any:
    """Return the stretch l of the tissue between the endplates, which stay as they are, for a height ratio of the whole disc.

    >>> round(thinning(Geometry(21e-3, 14e-3, 6.9e-3, 0.6e-3, 17e-3), 0.8), 4)
    0.781
    """
    plates = 2 * geometry.endplate_thickness
    return (geometry.height * height - plates) / (geometry.height - plates)


def lowest(geometry: Shape, solid: float) -> float:
    """Return the height ratio of a disc of whose tissue the solid matter alone is left between the endplates: l = its share.

    The law of height knows neither; in a corner of its priors a wall that gives way would let the disc be lower than its endplates.

    >>> disc = Geometry(21e-3, 14e-3, 6.9e-3, 0.6e-3, 17e-3)
    >>> round(lowest(disc, 0.2), 4), round(thinning(disc, lowest(disc, 0.2)), 12)
    (0.2696, 0.2)
    """
    plates = 2 * geometry.endplate_thickness
    return float((plates + solid * (geometry.height - plates)) / geometry.height)


def stretch(geometry: Shape, J: float, height: float, mobility: float = 1.0, open_share: float = 1.0) -> dict[tuple[str, int], float]:
    """Return (region, direction) -> factor of the stiffness term for a volume ratio J of the nucleus and a height ratio.

    mobility: ratio of the nucleus's diffusivities, open_share: of the endplate's, all relative to the start.

    >>> disc = Geometry(21e-3, 14e-3, 6.9e-3, 0.6e-3, 17e-3)
    >>> {round(factor, 12) for factor in stretch(disc, 1.0, 1.0).values()}
    {1.0}
    """
    g, axial = geometry, thinning(geometry, height)
    radial = (J / axial) ** 0.5
    inner = radial * g.nucleus_radius
    outer = (inner**2 + (g.radius**2 - g.nucleus_radius**2) / axial) ** 0.5
    across = (outer - inner) / (g.radius - g.nucleus_radius)
    return {("NP", 0): mobility * J / radial**2, ("NP", 1): mobility * J / axial**2,
            ("AF", 0): 1 / across**2, ("AF", 1): 1 / axial**2, ("CEP", 0): open_share, ("CEP", 1): open_share}
