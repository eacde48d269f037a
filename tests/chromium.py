"""A real browser for the tests of pages, where one is installed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

_CHROMIUM = shutil.which("chromium")
_FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
needs_chromium = pytest.mark.skipif(
    _CHROMIUM is None, reason="no Chromium: apt-get install chromium"
)


@contextmanager
def opened_browser() -> Iterator[Page]:
    """An empty page in a browser of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=_FLAGS)
        yield browser.new_page(viewport={"width": 1280, "height": 1000})
        browser.close()


def breaks_no_accessibility_rule(page: Page) -> None:
    """Fail with axe's report if the page breaks any of its rules."""
    # A page's own policy may forbid scripts, so the checker is put in past it.
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
