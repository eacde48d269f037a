"""Named points at which a test can end the process, to prove that a restart repairs everything.

Only a test's entry script installs a hook; nothing in the live path can arm one.
"""

from __future__ import annotations

from collections.abc import Callable


def _pass(name: str) -> None:
    del name


_hook: Callable[[str], None] = _pass


def crash_point(name: str) -> None:
    """Mark a step of the protocol; does nothing unless a test installed a hook."""
    _hook(name)


def install_hook(hook: Callable[[str], None]) -> None:
    """Call `hook(name)` at every crash point of this process from now on."""
    global _hook  # noqa: PLW0603 - one hook for the process is the point
    _hook = hook
