"""How much a request may bring with it, and that it brought all of it."""

from collections.abc import Callable
from io import BytesIO
from typing import BinaryIO

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from inventory_site.web.errors import error_page


class LargestBodyMiddleware:
    """Refuses a body of more than LARGEST_BODY bytes by what its head says, before a byte of it is read.

    A body that ends before the length its head says is unreadable: half a form would be taken for all of it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        said = request.META.get("CONTENT_LENGTH") or "0"
        length = int(said[:20]) if said.isascii() and said.isdigit() else 0
        if length > settings.LARGEST_BODY:
            response = error_page(request, 413)
            # The rest of the body would be taken for the next request.
            response.headers["Connection"] = "close"
            return response
        if length:
            request._stream = WholeBody(request._stream, length)
        return self.get_response(request)


class WholeBody(BytesIO):
    """The body of a request; raises OSError where it ends early, which Django knows as a lost connection."""

    def __init__(self, stream: BinaryIO, length: int) -> None:
        super().__init__()
        self._stream, self._missing = stream, length

    def read(self, size: int | None = -1, /) -> bytes:
        size = -1 if size is None else size
        return self._counted(self._stream.read(size), enough=size if size >= 0 else self._missing)

    def readline(self, size: int | None = -1, /) -> bytes:
        return self._counted(self._stream.readline(-1 if size is None else size), enough=1)

    def _counted(self, data: bytes, *, enough: int) -> bytes:
        self._missing -= len(data)
        if self._missing > 0 and len(data) < enough:
            raise OSError("The body ends before its length.")
        return data
