"""The request as our views see it."""

from typing import TYPE_CHECKING

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

if TYPE_CHECKING:
    from accounts.models import User


class StaffRequest(HttpRequest):
    """A request of a person who is signed in and active."""

    user: "User"
    htmx: HtmxDetails
