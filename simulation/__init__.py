"""Generated police warehouses and stand-ins for outside systems, for development and tests.

Nothing on the live path imports this package, and nothing here decides who is told what.
"""
