"""A pytest plugin that records which requirements are shown by tests that passed.

The table itself and its printing live in modules of their own; no test is skipped or chosen here.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.requirement_table import Shown, read_shown, requirements, unknown, write_shown

MARKER = "requirement"
_KNOWN = requirements()


def pytest_addoption(parser: pytest.Parser) -> None:
    """One option, for a test command that calls pytest more than once."""
    parser.addoption(
        "--add-requirements",
        action="store_true",
        help="add to the requirements that an earlier run showed, instead of starting afresh",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Only the process that hears of every result keeps the record."""
    if not hasattr(config, "workerinput") and not config.option.collectonly:
        config.pluginmanager.register(
            _Record(config.rootpath, adds=config.getoption("--add-requirements"))
        )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Refuse a test file whose marker names a requirement that the table does not have.

    Raised here, the error is an ordinary collection error, also in a worker of pytest-xdist.
    """
    _refuse_unknown(metafunc.definition)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Send the ids along with the test's reports, which is all that crosses between processes."""
    item.user_properties.extend((MARKER, name) for name in _ids(item))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Markers on single parameters are not visible earlier."""
    _refuse_unknown(item)


def _ids(node: pytest.Item) -> list[str]:
    return [str(name) for marker in node.iter_markers(MARKER) for name in marker.args]


def _refuse_unknown(node: pytest.Item) -> None:
    if bad := unknown(_ids(node), _KNOWN):
        raise pytest.Collector.CollectError(
            f"{node.name}: no such requirement: {', '.join(bad)}. Ids are in docs/requirements.csv."
        )


class _Record:
    """What has passed so far in this run."""

    def __init__(self, root: Path, *, adds: bool) -> None:
        self._root = root
        self._adds = adds
        self._passed: dict[str, set[str]] = {}
        self._failed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test that fails to tidy up has failed; one that is expected to fail shows nothing."""
        if report.failed:
            self._failed.add(report.nodeid)
        elif report.when == "call" and report.passed and not hasattr(report, "wasxfail"):
            ids = {str(value) for name, value in report.user_properties if name == MARKER}
            self._passed[report.nodeid] = ids

    def pytest_sessionfinish(self) -> None:
        """Write the record."""
        shown: Shown = read_shown(self._root) if self._adds else {}
        for node, ids in self._passed.items():
            if node not in self._failed:
                for name in ids:
                    shown.setdefault(name, []).append(node)
        write_shown(self._root, shown)
