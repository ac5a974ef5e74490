"""Reads about warehouses, always through what the person may do there."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _

from inventory_site.web.request import StaffRequest
from warehouses.models import Right, Warehouse

# The session remembers the warehouse that the person works in; it grants nothing.
WORKING = "warehouse"


def working_warehouse(request: StaffRequest, right: Right) -> Warehouse:
    """Return the warehouse that the page is about: `?warehouse=CODE`, else the last one worked in, else home, else any.

    A warehouse that is named is remembered, in the session, as the one worked in. Raises Http404 where the named one
    may not be seen; PermissionDenied where it may be seen but `right` is missing, or is held nowhere. At most two
    queries, and the session's own.
    """
    if code := request.GET.get("warehouse"):
        named = warehouse_for(request, right, code)
        if request.session.get(WORKING) != named.code:
            request.session[WORKING] = named.code
        return named
    allowed = list(Warehouse.objects.for_user(request.user, right).open())
    remembered = request.session.get(WORKING)
    home = request.user.home_warehouse_id
    ranked = sorted(allowed, key=lambda w: (w.code != remembered, w.pk != home, w.code))
    if not ranked:
        raise PermissionDenied(_("You have no warehouse in which you may do this. Ask an admin for the right."))
    return ranked[0]


def warehouse_for(request: StaffRequest, right: Right, code: str) -> Warehouse:
    """Return the warehouse with this code.

    Raises Http404 where the person may not see it, PermissionDenied where they may see it but lack `right`.
    """
    if "\x00" in code:
        raise Http404
    if found := Warehouse.named(code, request.user, right):
        return found
    if Warehouse.named(code, request.user, "view"):
        raise PermissionDenied(_("You may look at this warehouse, but not do this in it."))
    raise Http404
