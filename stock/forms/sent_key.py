"""The key under which a form is sent: the same key is booked, opened or kept once."""

from uuid import UUID

from django.http import QueryDict


def sent_key(data: QueryDict) -> UUID | None:
    """Return the key of what was sent; None where it came without one, or with something else in its place."""
    try:
        return UUID(data.get("key", ""))
    except ValueError:
        return None
