"""What can go wrong in this room, permanent or transient.

How a provider's answer is read lives in `classification`; an answer is a value, not an error.

    NotifierError
    ├── PermanentError           a person must act; trying again cannot help
    │   ├── EnvironmentRefused   this database is not the one that may send
    │   └── UnknownForce         no provider key was given for a force
    └── TransientError           trying again later may help
        └── ProviderUnreachable  a look-up at the provider failed
            └── KeyRejected      ... because it rejects our key or our clock (403)
"""

from __future__ import annotations


class NotifierError(Exception):
    """Anything this room raises on purpose; the message never holds personal data."""


class PermanentError(NotifierError):
    """A person must act."""


class EnvironmentRefused(PermanentError):
    """The database is a copy, was restored, or was never registered for sending."""


class UnknownForce(PermanentError):
    """A message names a force for which no provider key was given."""


class TransientError(NotifierError):
    """Trying again later may help."""


class ProviderUnreachable(TransientError):
    """A look-up failed, so neither presence nor absence is proved."""


class KeyRejected(ProviderUnreachable):
    """The provider rejects our key or our clock: nothing of this force can be sent or read."""
