"""A new key for the session of somebody who has proved anew who they are."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.http import HttpRequest


def renew(sender: Any, request: HttpRequest, reauthenticated: bool = False, **kwargs: Any) -> None:
    """Let the session go on under a new key after a proof; whoever holds the old one holds nothing.

    Told by allauth, whatever the proof. The list of open sessions follows.
    """
    if reauthenticated and (former := request.session.session_key):
        request.session.cycle_key()
        UserSession.objects.filter(session_key=former).update(session_key=request.session.session_key)
