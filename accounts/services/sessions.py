"""The sessions of a person: where they are signed in, and ending that."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends.cached_db import KEY_PREFIX
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from inventory_site.web.hints import close_streams
from inventory_site.web.trail import Act, record


def open_sessions(person: User) -> QuerySet[UserSession]:
    """Return where the person is signed in, newest first. One query."""
    held = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    found: QuerySet[UserSession] = UserSession.objects.filter(user=person, session_key__in=held)
    return found.order_by("-created_at", "-pk")


@transaction.atomic
def forget_sessions() -> None:
    """Delete the sessions that are over, and from where they were: devices and addresses of a day ago or longer."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    # One of today may have a key that its request has yet to write down.
    gone = UserSession.objects.exclude(session_key__in=Session.objects.values("session_key"))
    gone.filter(created_at__lt=now - timedelta(days=1)).delete()


@transaction.atomic
def end_sessions(*, person: User, keep: str | None = None, only: int | None = None) -> int:
    """End the person's sessions, all but the one with the key `keep`, or `only` the one of this id; return how many."""
    ended = UserSession.objects.filter(user=person).exclude(session_key=keep)
    if only is not None:
        ended = ended.filter(pk=only)
    keys = list(ended.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    ended.delete()
    # The cache forgets them after the commit: a request in between would put back what the table still held.
    transaction.on_commit(lambda: _forget(keys))
    close_streams(person.pk)
    return len(keys)


def end_own_sessions(*, person: User, keep: str | None, only: int | None = None) -> int:
    """End sessions as `end_sessions` does, on behalf of the person, and say so in the audit log; return how many."""
    count = end_sessions(person=person, keep=keep, only=only)
    if count:
        ended = {"means": ["None", str(count)]}
        record(Act.SESSIONS_ENDED, about=person, name=str(person), by=person, changes=ended)
    return count


def _forget(keys: list[str]) -> None:
    caches[settings.SESSION_CACHE_ALIAS].delete_many([f"{KEY_PREFIX}{key}" for key in keys])
