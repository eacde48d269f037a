"""Public crime files of data.police.uk as the life of a force: cases, victims and dates.

The files say what was recorded in which month and how it ended; the rest is generated here.
What the pipeline makes of it is not this package's business.
"""

from simulation.open_data.errors import OpenDataError
from simulation.open_data.files import OpenData, read_open_data
from simulation.open_data.story import Slice, Story
from simulation.open_data.tally import Tally, tally

__all__ = ["OpenData", "OpenDataError", "Slice", "Story", "Tally", "read_open_data", "tally"]
