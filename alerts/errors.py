"""What can go wrong with alerts.

AlertError
└── AlertResolved: the cause is gone, so there is nothing left to acknowledge
ChannelError: a provider did not take a message; the words say why
├── ChannelDown: it cannot be reached at all; what waits is none the worse
├── Refused: it refused this message for good
└── Deferred: it did not take this message now, or nobody knows whether it did
"""


class AlertError(Exception):
    """An alert that does not allow what was asked for; its words are for the person who asked."""


class AlertResolved(AlertError):
    """The alert has resolved itself."""


class ChannelError(Exception):
    """A provider did not take a message; its words are for those who run the site."""


class ChannelDown(ChannelError):
    """The provider cannot be reached, or lets nobody in."""


class Refused(ChannelError):
    """The provider refused this message and always will."""


class Deferred(ChannelError):
    """The provider did not take this message this time, or the connection broke before its answer."""
