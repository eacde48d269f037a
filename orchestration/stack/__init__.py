"""A whole system on one machine: database, warehouses, stand-in, dispatcher, Dagster."""
