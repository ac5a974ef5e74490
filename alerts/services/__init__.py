"""Everything that changes incidents, and what people have chosen to be told of."""

from alerts.services.incidents import acknowledge
from alerts.services.observing import Finding, observe

__all__ = ["Finding", "acknowledge", "observe"]
