"""What streams to open pages: hints that something has changed, to each person those of what they may see.

`inventory_site.asgi` serves it in a process of its own, in one event loop. That process listens to Redis once, for all
streams; while it cannot, there are none, and pages ask every few seconds as they do without.
"""

import asyncio
import json
import logging
import random
import time
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_safe
from redis.asyncio import Redis
from redis.exceptions import RedisError

from inventory_site.web import cache
from inventory_site.web.access import anyone
from inventory_site.web.session_life import asked_by_itself
from warehouses.models import where_held

logger = logging.getLogger(__name__)

MOST = 1000
MOST_OF_ONE = 8
# After this time the browser asks anew, with what its session is worth then, should nobody have said that it ended.
LIFE_SECONDS = 120.0
HEARTBEAT_SECONDS = 15.0
# How far a stream may fall behind before it is closed.
BEHIND = 50
# A server that does not answer within a second of being asked, every few seconds, is away.
LOOK_SECONDS = 5.0
PATIENCE_SECONDS = 1.0
PAUSE_SECONDS = 2.0


@dataclass(eq=False)
class Stream:
    """One open page. `places` are the warehouses that its person may see; None is all, and the system."""

    person: int
    places: Collection[int] | None
    waiting: asyncio.Queue[str | None] = field(default_factory=lambda: asyncio.Queue(BEHIND))
    ended: bool = False

    def tell(self, hint: dict[str, object]) -> None:
        if self.places is None or hint["place"] in self.places:
            said = {"ids": hint["ids"], "own": hint["by"] == self.person}
            self._put(f"event: {hint['what']}\ndata: {json.dumps(said)}\n\n")

    def end(self) -> None:
        self.ended = True
        self._put(None)

    def _put(self, text: str | None) -> None:
        try:
            self.waiting.put_nowait(text)
        except asyncio.QueueFull:
            self.ended = True


class Switchboard:
    """The streams of this process, and what it hears. Everything but `room_for` runs in the event loop."""

    def __init__(self) -> None:
        self.streams: set[Stream] = set()
        self.heard = asyncio.Event()
        self.listening: asyncio.Task[None] | None = None

    def room_for(self, person: int) -> bool:
        streams = tuple(self.streams)
        return len(streams) < MOST and sum(stream.person == person for stream in streams) < MOST_OF_ONE

    async def stream(self, person: int, places: Collection[int] | None) -> AsyncIterator[str]:
        """Give what a page is told, until its stream is ended, its time is over or the client goes."""
        stream, until = Stream(person, places), time.monotonic() + LIFE_SECONDS * random.uniform(0.8, 1)  # nosec B311
        self.streams.add(stream)
        try:
            if not await self._is_listening():
                return
            yield "event: hello\ndata: 1\n\n"
            while not stream.ended and (left := until - time.monotonic()) > 0:
                try:
                    text = await asyncio.wait_for(stream.waiting.get(), min(HEARTBEAT_SECONDS, left))
                except TimeoutError:
                    text = ":\n\n"
                if text is not None:
                    yield text
        finally:
            self.streams.discard(stream)

    async def _is_listening(self) -> bool:
        self.listening = self.listening or asyncio.create_task(self._listen())
        try:
            await asyncio.wait_for(self.heard.wait(), PATIENCE_SECONDS)
        except TimeoutError:
            return False
        return True

    async def _listen(self) -> None:
        """Listen to Redis for as long as the process lives; end all streams whenever it is away."""
        while True:
            try:
                async with Redis.from_url(settings.REDIS_URL, socket_connect_timeout=PATIENCE_SECONDS) as redis:
                    await self._pass_on(redis)
            except (RedisError, OSError, TimeoutError) as error:
                logger.warning("No hints reach open pages: %s", type(error).__name__)
            self.heard.clear()
            for stream in self.streams:
                stream.end()
            await asyncio.sleep(PAUSE_SECONDS)

    async def _pass_on(self, redis: Redis) -> None:
        async with redis.pubsub(ignore_subscribe_messages=True) as channel:
            await channel.subscribe(cache.channel())
            self.heard.set()
            while True:
                message = await channel.get_message(timeout=LOOK_SECONDS)
                if message is None:
                    await asyncio.wait_for(redis.ping(), PATIENCE_SECONDS)
                elif message["type"] == "message":
                    self._hear(json.loads(message["data"]))

    def _hear(self, hint: dict[str, object]) -> None:
        for stream in tuple(self.streams):
            if "close" not in hint:
                stream.tell(hint)
            elif stream.person == hint["close"]:
                stream.end()


switchboard = Switchboard()


@asked_by_itself
@anyone
@require_safe
def events(request: HttpRequest) -> HttpResponseBase:
    """Stream to an open page what has changed of what its person may see; 204, "ask no more", where nothing streams.

    Nothing does from the processes of the pages, whose threads it would hold, nor where there are too many already, nor
    to whom no page about stock is open: a stream that was led to the sign-in page could not read it.
    """
    user = request.user
    if not (user.is_authenticated and user.is_active) or user.owes_second_factor:
        return HttpResponse(status=204)
    if not isinstance(request, ASGIRequest) or not switchboard.room_for(user.pk):
        return HttpResponse(status=204)
    places = where_held(user, "view")
    stream = switchboard.stream(user.pk, None if places is None else frozenset(places))
    response = StreamingHttpResponse(stream, content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    if settings.EVENTS_URL:
        response.headers["Access-Control-Allow-Origin"] = settings.BASE_URL
        response.headers["Access-Control-Allow-Credentials"] = "true"
    return response
