"""Wake a worker by a task's name, after commit, never waiting: a hint only, a sweep does what a lost one left."""

from functools import partial

from celery import current_app
from django.db import transaction
from kombu import Connection
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from inventory_site.web.breaker import Breaker

AWAY = (KombuError, RedisError, OSError)
breaker = Breaker("The broker")


def nudge(task: str, *args: int | str) -> None:
    """Send the task `task` once the transaction has committed; drop the hint if the broker is away."""
    transaction.on_commit(partial(_send, task, args), robust=True)


def _send(task: str, args: tuple[int | str, ...]) -> None:
    breaker.call(partial(_publish, task, args), None, AWAY)


def _publish(task: str, args: tuple[int | str, ...]) -> None:
    impatient = {"max_retries": 0, "socket_connect_timeout": 0.2, "socket_timeout": 0.3, "retry_on_timeout": False}
    with Connection(current_app.conf.broker_url, transport_options=impatient) as connection:
        current_app.send_task(task, args=args, connection=connection, retry=False)
