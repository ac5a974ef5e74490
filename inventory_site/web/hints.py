"""Tell open pages, after commit, that something has changed. A hint: who misses it finds out by asking, as ever.

It goes through the cache's server by publishing, so nobody waits for a reader and nothing is kept. It names what has
changed, where and by whom, in numbers, and never what it says: whoever hears of it asks with their own rights.
"""

import json
import logging
from collections.abc import Collection
from functools import partial

from django.db import transaction

from inventory_site.web import cache

logger = logging.getLogger(__name__)

# Of more than so many the numbers are left out: it may be any.
MOST = 50
_lost = 0


def changed(what: str, *, place: int | None, ids: Collection[int], by: int | None = None) -> None:
    """Say after commit that rows of a place (None: of the system, which is the admins') are not what they were."""
    _after_commit({"what": what, "place": place, "ids": sorted(ids) if len(ids) <= MOST else None, "by": by})


def close_streams(person: int) -> None:
    """End after commit what streams to a person: who still may have a stream opens another, with the rights of then."""
    _after_commit({"close": person})


def _after_commit(hint: dict[str, object]) -> None:
    transaction.on_commit(partial(_send, json.dumps(hint)), robust=True)


def _send(text: str) -> None:
    global _lost
    if cache.publish(text) is None:
        _lost += 1
    elif _lost:
        logger.warning("The cache is back; hints to open pages that were lost meanwhile: %s", _lost)
        _lost = 0
