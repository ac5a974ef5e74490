"""A breaker: what to do about a service that may be away and must never hold a person up."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

logger = logging.getLogger(__name__)


class Breaker:
    """Skips a service for `pause` seconds after `failures` failures in a row, or after one time-out.

    A refused connection costs nothing, so three are borne; a frozen service costs its time-out at every call, so one
    is enough. After the pause one call tries again. Each process has its own; threads share it.
    """

    def __init__(self, name: str, *, failures: int = 3, pause: float = 10.0) -> None:
        self.name = name
        self.failures = failures
        self.pause = pause
        self._failed = 0
        self._open_until = 0.0

    @property
    def is_open(self) -> bool:
        return time.monotonic() < self._open_until

    def call(self, work: Callable[[], T], default: T, away: tuple[type[BaseException], ...]) -> T:
        """Return what `work` returns, or `default` while the service is away (an exception of `away`)."""
        if self.is_open:
            return default
        try:
            answer = work()
        except away as error:
            self._note(error)
            return default
        self._failed = 0
        return answer

    def reset(self) -> None:
        """Forget every failure."""
        self._failed, self._open_until = 0, 0.0

    def _note(self, error: BaseException) -> None:
        self._failed += 1
        timed_out = any(isinstance(e, TimeoutError) or "Timeout" in type(e).__name__ for e in (error, error.__cause__))
        if timed_out or self._failed >= self.failures:
            self._open_until = time.monotonic() + self.pause
            self._failed = 0
            logger.warning("%s is away (%s); skipping it for %s s", self.name, type(error).__name__, self.pause)
