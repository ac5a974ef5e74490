"""Reads of the reasons for corrections."""

from stock.models import Operation, ReasonCode


def is_used(reason: ReasonCode) -> bool:
    """Whether any operation bears the reason. One query."""
    return Operation.objects.filter(reason=reason).exists()
