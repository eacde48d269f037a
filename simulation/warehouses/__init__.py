"""The generated force warehouses: seven databases in three families of schema.

What happens in a force is decided in `simulation.world`; reading the warehouses is the sensors'.
"""

from simulation.warehouses.build import WarehouseInfo, build_warehouse, describe_warehouse
from simulation.warehouses.changes import Change
from simulation.warehouses.warehouse import Warehouse

__all__ = ["Change", "Warehouse", "WarehouseInfo", "build_warehouse", "describe_warehouse"]
