"""Lets generated warehouses live: changes one by one at a chosen speed, or a period at one go.

What may happen in a case is decided in `simulation.world`.
"""

from simulation.living.force import LivingForce
from simulation.living.period import simulate_period

__all__ = ["LivingForce", "simulate_period"]
