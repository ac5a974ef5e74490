"""Brings to people's doors what waits in the outbox."""

from alerts.delivery.loop import relay
from alerts.delivery.outcomes import fail

__all__ = ["fail", "relay"]
