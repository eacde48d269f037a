"""The landed feeds and the dbt models as Dagster shows them."""
