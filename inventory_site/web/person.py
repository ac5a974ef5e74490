"""Who sends a request: the person of its session, as long as the database has that session."""

from contextvars import ContextVar
from functools import partial

from asgiref.sync import sync_to_async
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.middleware import AuthenticationMiddleware, get_user
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

# The session whose person is being asked for; the backend asks for both in one question.
session_asked: ContextVar[str | None] = ContextVar("session_asked", default=None)


class PersonMiddleware(AuthenticationMiddleware):
    """Gives a request its person, and nobody where the session was ended, whatever a cache still holds of it.

    A cache that was away while a session was ended has it still when it comes back.
    """

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(partial(_person, request))  # type: ignore[assignment]
        request.auser = sync_to_async(partial(_person, request))  # type: ignore[arg-type]


def _person(request: HttpRequest) -> AbstractBaseUser | AnonymousUser:
    token = session_asked.set(request.session.session_key)
    try:
        person = get_user(request)
    finally:
        session_asked.reset(token)
    if person.is_anonymous and SESSION_KEY in request.session:
        # Or its remains would be in the way of the next sign-in: they cannot be saved any more.
        request.session.flush()
    return person
