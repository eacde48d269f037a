"""What the generated world is calibrated on: volumes, offence and outcome mix, lags, languages.

The numbers lie beside this file as data; `README.md` says where they come from. No drawing of
random values here.
"""

from simulation.world.calibration.tables import (
    FORCES,
    Calibration,
    Weights,
    calibration_for,
)

__all__ = ["FORCES", "Calibration", "Weights", "calibration_for"]
