"""Rows in the admin site to look at, which only services write."""

from functools import cached_property
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest

# The admin site lists no further; who looks for older rows searches.
MOST = 10_000


class FirstRows(Paginator):  # type: ignore[type-arg]  # Not generic at run time.
    """Pages of the first 10,000 rows: counting all of a ledger would take seconds."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows[:MOST].count())


class LookedAt:
    """Shows rows and lets nobody add, change or delete one."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(LookedAt, admin.ModelAdmin):  # type: ignore[type-arg]  # Not generic at run time.
    """A table to look at, whatever its size."""

    paginator = FirstRows
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
