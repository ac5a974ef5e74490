"""Everything that changes incidents, and what people have chosen to be told of."""

from alerts.services.incidents import acknowledge, assign, comment, resolve, snooze
from alerts.services.observing import Finding, observe
from alerts.services.reading import mark_read
from alerts.services.waking import escalate, hand_on, wake

__all__ = [
    "Finding",
    "acknowledge",
    "assign",
    "comment",
    "escalate",
    "hand_on",
    "mark_read",
    "observe",
    "resolve",
    "snooze",
    "wake",
]
