"""The one room that knows all the others: settings, processes, Dagster, and the way round."""
