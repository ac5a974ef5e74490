"""The ASGI entry, which serves the stream to open pages and nothing else: pages are `inventory_site.wsgi`."""

import os
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "inventory_site.settings")

django = get_asgi_application()


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer `/events/`, 404 anything else.

    Without the context that `django` itself would open for each request, all of them ask the database in one thread,
    over one connection; else each open stream would keep a thread of its own.
    """
    if scope["type"] != "http":
        raise ValueError(f"Nothing here speaks {scope['type']}.")
    if scope["path"] == "/events/":
        await django.handle(scope, receive, send)
        return
    await send({"type": "http.response.start", "status": 404, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"Not here.\n"})
