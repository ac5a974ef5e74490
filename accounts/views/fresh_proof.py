"""The proof that is asked for before what is sensitive."""

from collections.abc import Callable
from typing import ParamSpec, cast

from allauth.account.decorators import reauthentication_required

from inventory_site.web.access import StaffView

P = ParamSpec("P")


def fresh_proof(view: StaffView[P]) -> StaffView[P]:
    """Let in who has proved within five minutes who they are; ask others for password, code or passkey first.

    It stands below the mark of access. What was sent meanwhile is done after the proof.
    """
    return cast("Callable[[StaffView[P]], StaffView[P]]", reauthentication_required)(view)
