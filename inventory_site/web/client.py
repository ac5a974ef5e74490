"""Where a request came from."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """Return the network address of the client; None where there is none to believe.

    Each of the TRUSTED_PROXY_COUNT proxies in front of us has added the address that it saw to the end of
    X-Forwarded-For; what stands before those was written by the client and is not believed.
    """
    seen = request.META.get("REMOTE_ADDR", "")
    if count := settings.TRUSTED_PROXY_COUNT:
        forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
        seen = forwarded[-count] if len(forwarded) >= count else ""
    try:
        return str(ip_address(seen))
    except ValueError:
        return None
