"""How rows come in: feeds, readers of force warehouses, and the landing of observed versions.

No decision about anybody is made here, and nothing is sent from here.
"""
