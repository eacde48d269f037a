"""The endpoint for the provider's callbacks: receipts and received texts, kept as they arrive.

Lost callbacks are recovered by `notifiers.polling`, and what follows from one is worked out there.
"""

from sensors.inbox.app import build_app, serve

__all__ = ["build_app", "serve"]
