"""How often one may ask: so many times in a while, counted in Redis; in this process while Redis is away.

Every limit is a row of RULES. A view says which one holds for it, below its mark of access:

    @signed_in
    @limited("search")
    def product_list(request): ...
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, wraps
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.core.cache import caches
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis import ConnectionPool

from inventory_site.web.cache import AWAY, breaker
from inventory_site.web.client import client_address
from inventory_site.web.errors import error_page

P = ParamSpec("P")
R = TypeVar("R", bound=HttpRequest)
LimitedView = Callable[Concatenate[R, P], HttpResponseBase]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rule:
    """One limit: `most` as in "600/minute", for a person, or for an address where nobody is signed in.

    `method` and `asks` say which requests count: those of one method, those that carry text in one of these
    parameters. With `of` it is counted for what stands in that field of the form instead, whoever sends it; with
    `half_in` for the account whose password the session has given and whose second step it has yet to take.
    """

    most: str
    method: str = ""
    asks: tuple[str, ...] = ()
    of: str = ""
    half_in: bool = False

    @property
    def item(self) -> RateLimitItem:
        return _item(self.most)


# The parameters in which a page takes text to look for; what is chosen from a list is not among them.
SEARCHED = ("q", "term", "person", "sku", "product", "bin", "lot", "reference")

# A reader that scans five codes a second must never be stopped, nor a shift of thirty that signs in behind one address.
RULES: dict[str, tuple[Rule, ...]] = {
    "scan": (Rule("900/minute"),),
    "search": (Rule("300/minute", asks=SEARCHED),),
    "export": (Rule("30/minute"),),
    "upload": (Rule("60/minute", method="POST"),),
    # allauth has stricter ones of its own, which count nothing while Redis is away.
    "sign_in": (Rule("120/minute", method="POST"), Rule("20/5minute", method="POST", of="login")),
    "second_factor": (Rule("30/5minute", method="POST"), Rule("10/5minute", method="POST", half_in=True)),
    "single_sign_on": (Rule("120/minute"),),
    "password_change": (Rule("10/5minute", method="POST"),),
    "password_reset": (Rule("20/minute", method="POST"), Rule("5/hour", method="POST", of="email")),
    "register": (Rule("20/hour", method="POST"),),
    "invitation": (Rule("100/hour", method="POST"), Rule("5/hour", method="POST", of="email")),
    "address": (Rule("5/hour", method="POST"),),
    "open_invitation": (Rule("30/minute"),),
    "alert_link": (Rule("30/minute"),),
    "try_again": (Rule("60/minute", method="POST"),),
    "test_message": (Rule("20/hour", method="POST"),),
    # Twilio reports several states of each message, from few addresses.
    "twilio": (Rule("6000/minute"),),
}


def limited(name: str) -> Callable[[LimitedView[R, P]], LimitedView[R, P]]:
    """Answer 429, with the time to wait, to whoever calls the view more often than the rules of that name allow."""

    def mark(view: LimitedView[R, P]) -> LimitedView[R, P]:
        @wraps(view)
        def guarded(request: R, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if wait := seconds_to_wait(request, name):
                return error_page(request, 429, _sentence(wait), retry_after=wait)
            return view(request, *args, **kwargs)

        guarded.limit = name  # type: ignore[attr-defined]
        return guarded

    return mark


def seconds_to_wait(request: HttpRequest, name: str) -> int:
    """Count this request under the rules of that name; 0 where it may go on, else the whole seconds until one may."""
    for number, rule in enumerate(RULES[name]):
        who = _who(request, rule)
        if who and (wait := _hit(rule.item, f"{name}.{number}", who)):
            return wait
    return 0


def _who(request: HttpRequest, rule: Rule) -> str:
    """Return for whom this request counts, "" where it does not."""
    if rule.method and request.method != rule.method:
        return ""
    if rule.asks and not any(request.GET.get(name, "").strip() for name in rule.asks):
        return ""
    if rule.of:
        text = request.POST.get(rule.of, "").strip().casefold()
        return sha256(text.encode(errors="replace")).hexdigest()[:32] if text else ""
    if rule.half_in:
        return f"half-in-{account}" if (account := _half_in(request)) else ""
    if request.user.is_authenticated:
        return f"person-{request.user.pk}"
    return f"address-{_network(client_address(request))}"


def _half_in(request: HttpRequest) -> str:
    """Return whose second step is awaited, as allauth keeps it in the session; "" where nobody's is."""
    pending = request.session.get("account_login") or {}
    return str(pending.get("user_pk") or "")


def _network(address: str | None) -> str:
    """Return what one client has to itself: an IPv4 address, but all 2^64 of an IPv6 network."""
    if address is None:
        return "unknown"
    known = ip_address(address)
    return str(ip_network((known, 64), strict=False)) if isinstance(known, IPv6Address) else address


def _hit(item: RateLimitItem, *names: str) -> int:
    """Take one of the item's places; 0 where there was one, else the seconds until the next is free."""
    wait: int | None = breaker.call(lambda: _take(_redis_counter(), item, *names), None, AWAY)
    _note(away=wait is None)
    return _take(_own_counter(), item, *names) if wait is None else wait


def _take(counter: MovingWindowRateLimiter, item: RateLimitItem, *names: str) -> int:
    if counter.hit(item, *names):
        return 0
    return max(1, ceil(counter.get_window_stats(item, *names).reset_time - time.time()))


@cache
def _item(most: str) -> RateLimitItem:
    return parse(most)


def _redis_counter() -> MovingWindowRateLimiter:
    client: Any = caches["default"].client  # type: ignore[attr-defined]
    return _counter_of(client.get_client(write=True).connection_pool)


@cache
def _counter_of(pool: ConnectionPool) -> MovingWindowRateLimiter:
    """Count over the connections of the cache: the same time-outs, the same breaker."""
    return MovingWindowRateLimiter(RedisStorage("redis://", connection_pool=pool, key_prefix="holdfast:limit"))


@cache
def _own_counter() -> MovingWindowRateLimiter:
    # Made with the first use: it starts a thread, which would be lost where gunicorn's workers part.
    return MovingWindowRateLimiter(MemoryStorage())


def start_anew() -> None:
    """Forget what this process has counted itself, and where the last request was counted."""
    _own_counter.cache_clear()
    _told.clear()


_told: set[str] = set()


def _note(*, away: bool) -> None:
    """Say once that the limits are counted elsewhere now."""
    if away == ("away" in _told):
        return
    _told.symmetric_difference_update({"away"})
    if away:
        logger.warning("Redis is away: rate limits are counted in this process alone")
    else:
        logger.warning("Redis is back: rate limits are counted there again")


def _sentence(wait: int) -> str:
    if wait < 100:
        when = ngettext("%(count)d second", "%(count)d seconds", wait) % {"count": wait}
    else:
        minutes = ceil(wait / 60)
        when = ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    return _("That was too often. Try again in %(when)s. Nothing was changed.") % {"when": when}
