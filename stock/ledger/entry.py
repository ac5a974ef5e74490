"""The way into a verb: one transaction, tried again where trying again is safe, busy where it is not to be had."""

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection, transaction
from psycopg_pool import PoolTimeout

from stock.errors import Busy

P = ParamSpec("P")
R = TypeVar("R")

ATTEMPTS = 3
DEADLOCK, SERIALIZATION, LOCK_TIMEOUT, CANCELLED = "40P01", "40001", "55P03", "57014"
# Class 08 and 57P0x: the connection or the server went away; without a word from the server it is the same.
LOST = "08000"
PASSING = (DEADLOCK, SERIALIZATION, "08", "57P0")


def verb(work: Callable[P, R]) -> Callable[P, R]:
    """Run `work` as one transaction of its own.

    A deadlock, a serialization failure or a lost connection is tried again, three times in all: the key makes it safe
    even where the connection was lost at COMMIT. Raises Busy where a lock was not to be had in time.
    """

    @wraps(work)
    def entered(*args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with transaction.atomic(durable=True):
                    return work(*args, **kwargs)
            except (OperationalError, InterfaceError) as error:
                state = getattr(error.__cause__, "sqlstate", None) or LOST
                if state in (LOCK_TIMEOUT, CANCELLED):
                    raise Busy from error
                if attempt == ATTEMPTS or isinstance(error.__cause__, PoolTimeout) or not state.startswith(PASSING):
                    raise
                if state not in (DEADLOCK, SERIALIZATION):
                    connection.close()
                time.sleep(random.uniform(0.01, 0.05) * attempt)  # nosec B311 # spreads tries, guards nothing
        raise AssertionError("unreachable")

    return entered
