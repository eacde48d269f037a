"""What running dbt inside our process must tell apart."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from dagster._core.errors import DagsterExecutionInterruptedError
from dbt.cli.main import dbtRunnerResult

from orchestration.transform import Transform, TransformFailed

URL = "postgresql://nobody@127.0.0.1:1/nothing"


def _transform(folder: Path, error: BaseException) -> Transform:
    transform = Transform(URL, folder)
    answer = dbtRunnerResult(success=False, exception=error)
    transform._runner = SimpleNamespace(invoke=lambda command: answer)  # type: ignore[assignment]
    return transform


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, DagsterExecutionInterruptedError])
def test_being_stopped_is_not_a_fault_of_the_rows(
    tmp_path: Path, interruption: type[BaseException]
) -> None:
    """Else a force would be frozen because somebody stopped the daemon."""
    with pytest.raises(interruption):
        _transform(tmp_path, interruption()).micro_batch({"kent": (1, 1)}, ["crimes"])


def test_an_error_of_dbt_is_one_that_freezes(tmp_path: Path) -> None:
    with pytest.raises(TransformFailed, match="dbt run could not run: ValueError: no profile"):
        _transform(tmp_path, ValueError("no profile")).micro_batch({"kent": (1, 1)}, ["crimes"])


def test_an_interruption_waits_for_dbt_to_end(tmp_path: Path) -> None:
    """The lease is given back afterwards, and the next live run must not write beside this one."""
    ended: list[bool] = []

    def invoke(command: list[str]) -> dbtRunnerResult:
        del command
        time.sleep(0.2)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.3)
        ended.append(True)
        return dbtRunnerResult(success=True)

    transform = Transform(URL, tmp_path)
    transform._runner = SimpleNamespace(invoke=invoke)  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        transform.micro_batch({"kent": (1, 1)}, ["crimes"])
    assert ended
