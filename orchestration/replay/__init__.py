"""The replay of public crime files: the real pipeline over years of real months, in minutes.

What the files mean is told by `simulation.open_data`; landing, deciding and sending are the same
code as in the live run.
"""

from orchestration.replay.run import replay_open_data

__all__ = ["replay_open_data"]
