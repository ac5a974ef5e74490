"""What can go wrong with alerts.

AlertError
├── AlertResolved: it is over, so there is nothing left to do
├── AlertRefused: what was asked for cannot be done with it
├── LinkSpent: the link of a message acknowledges nothing any more
├── Unreachable: the channel cannot bring this person anything
├── TooManyDevices: the person has as many browsers for push as one may have
└── NotFailed: this delivery has not failed, so there is nothing to try again
ChannelError: a provider did not take a message; the words say why
├── ChannelDown: it cannot be reached at all, or wants to be left alone for a while; what waits is none the worse
├── Refused: it refused this message for good
├── Deferred: it did not take this message now, or nobody knows whether it did
└── NothingToTell: all that the message was to say is no longer for this person
"""

from datetime import timedelta


class AlertError(Exception):
    """An alert that does not allow what was asked for; its words are for the person who asked."""


class AlertResolved(AlertError):
    """The alert is resolved, by itself or by somebody."""


class AlertRefused(AlertError):
    """The alert cannot be changed in this way."""


class LinkSpent(AlertError):
    """The link was used, is too old, or no longer this person's to use."""


class Unreachable(AlertError):
    """The channel is not set up, or lacks something of the person's."""


class TooManyDevices(AlertError):
    """One of the person's devices has to go first."""


class NotFailed(AlertError):
    """The delivery waits, is sent or is withdrawn."""


class ChannelError(Exception):
    """A provider did not take a message; its words are for those who run the site."""


class ChannelDown(ChannelError):
    """The provider cannot be reached, lets nobody in, or has said how long (`after`) it takes nothing more."""

    def __init__(self, words: str, after: timedelta | None = None) -> None:
        super().__init__(words)
        self.after = after


class Refused(ChannelError):
    """The provider refused this message and always will."""


class Deferred(ChannelError):
    """The provider did not take this message this time, or the connection broke before its answer."""


class NothingToTell(ChannelError):
    """Of a digest nothing is left that this person may see."""
