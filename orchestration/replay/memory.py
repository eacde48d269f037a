"""How much memory processes have needed at their peak, as Linux keeps it for each of them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)


def peak_megabytes(processes: Mapping[str, int]) -> dict[str, int]:
    """The peak by name, for this process and for running ones given as pids."""
    pids = {"replay": os.getpid(), **processes}
    return {name: _peak(pid) for name, pid in pids.items()}


def _peak(pid: int) -> int:
    found = _PEAK.search(Path(f"/proc/{pid}/status").read_text())
    return round(int(found[1]) / 1024) if found else 0
