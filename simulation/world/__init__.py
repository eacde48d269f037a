"""The generated world: what happens in a force, in our own words, before any system records it.

How a force's systems store it lies in `simulation.warehouses`.
"""
