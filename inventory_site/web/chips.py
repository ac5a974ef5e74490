"""The filters in force on a list page, as links that take them away."""

from collections.abc import Mapping
from typing import TypedDict

from django.http import HttpRequest


class Chip(TypedDict):
    label: str
    href: str


def chips(request: HttpRequest, words: Mapping[str, str]) -> list[Chip]:
    """Return a chip for each filter of `words` (parameter to what the chip says), in their order.

    Each leads to the first page without its filter, the others kept.
    """
    return [Chip(label=label, href=without(request, name)) for name, label in words.items()]


def without(request: HttpRequest, *names: str) -> str:
    """Return this page's query string without these parameters, without empty ones, and from the first page on."""
    query = request.GET.copy()
    for name in list(query):
        if name in (*names, "after") or not query[name]:
            query.pop(name)
    return f"?{query.urlencode()}"
