"""Two real months of a force come out to the row, where somebody has put the files."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from deploy.local.postgres import Server
from orchestration.replay.run import run_replay
from tests.conftest import ROOT
from tests.replay.replays import Place

# Beside the checkout, because the files are public, large and not ours.
FILES = ROOT.parent / "shared" / "data" / "policeuk_bedfordshire"


@pytest.mark.skipif(
    not FILES.is_dir(),
    reason="no public files: from the archive at https://data.police.uk/data/archive/ put two "
    "months of Bedfordshire's street and outcomes files into ../shared/data/policeuk_bedfordshire",
)
def test_all_sums_come_out_for_two_real_months(server: Server, tmp_path: Path) -> None:
    with Place.made(server, tmp_path) as place:
        plan = place.plan(FILES, months=2)
        run_replay(place.settings, plan, Console(file=io.StringIO()))
        report = json.loads(plan.report(place.settings).read_text())
        left_running = place.processes()
    assert [name for name, check in report["checks"].items() if not check["ok"]] == []
    assert report["months"][2] == 2
    assert report["files"] == 4
    # These are months of a whole force, so that nothing can come out right by being empty.
    assert report["crimes"] > 5_000
    assert report["linked_outcomes"] > 5_000
    assert report["provider"]["rows"] > 1_000
    assert (report["provider"]["lost"], report["provider"]["doubled"]) == (0, 0)
    assert left_running == []
