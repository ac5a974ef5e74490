"""How messages leave, a channel a file: a class that hands one message over, whose errors say whether to try again."""

from collections.abc import Callable
from typing import Protocol

from alerts.channels.email import EmailChannel
from alerts.channels.push import PushChannel
from alerts.channels.sms import SmsChannel
from alerts.models import Channel, Delivery


class Provider(Protocol):
    """A way out. One thread uses it; `close` ends it."""

    def send(self, delivery: Delivery) -> str:
        """Hand one message over and return the provider's id of it. Raises the errors of ChannelError."""
        ...

    def close(self) -> None: ...


CHANNELS: dict[Channel, Callable[[], Provider]] = {
    Channel.EMAIL: EmailChannel,
    Channel.SMS: SmsChannel,
    Channel.PUSH: PushChannel,
}

__all__ = ["CHANNELS", "Provider"]
