"""Who may call a view: every view carries exactly one of these marks, and a test reads it from the URLconf."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from inventory_site.web.request import StaffRequest

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
StaffView = Callable[Concatenate[StaffRequest, P], HttpResponseBase]

RANKS = ("staff", "manager", "admin")


def anyone(view: View[P]) -> View[P]:
    """Let everybody in, signed in or not."""
    view.access = "anyone"  # type: ignore[attr-defined]
    return view


def signed_in(view: StaffView[P]) -> View[P]:
    """Let active people in; send others to sign in."""
    return _guard(view, "staff", "signed_in")


def while_setting_up(view: StaffView[P]) -> View[P]:
    """Let active people in, even those who have to set up a second factor before anything else."""
    return _guard(view, "staff", "while_setting_up")


def role(least: str) -> Callable[[StaffView[P]], View[P]]:
    """Let active people of this role or a higher one in; others get 403 with a sentence."""

    def mark(view: StaffView[P]) -> View[P]:
        return _guard(view, least, f"role:{least}")

    return mark


def _guard(view: StaffView[P], least: str, name: str) -> View[P]:
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        staff = cast("StaffRequest", request)
        if not (staff.user.is_authenticated and staff.user.is_active):
            return redirect_to_login(request.get_full_path())
        if RANKS.index(staff.user.role) < RANKS.index(least):
            raise PermissionDenied(
                _("Only a manager may do this.") if least == "manager" else _("Only an admin may do this.")
            )
        return view(staff, *args, **kwargs)

    guarded.access = name  # type: ignore[attr-defined]
    return guarded
