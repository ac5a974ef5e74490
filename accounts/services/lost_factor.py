"""Helping somebody who lost a device: an admin takes the second factor away, after making sure who asks."""

from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from django.db import transaction

from accounts.models import User
from accounts.services.sign_ins import FACTORS
from inventory_site.web.trail import Act, record


@transaction.atomic
def take_away(*, factors: Iterable[Authenticator], by: User) -> None:
    """Remove these second factors of others, each with its row of the audit log: whose, which, and who did it."""
    for factor in factors:
        person = User.objects.get(pk=factor.user_id)
        means = FACTORS[Authenticator.Type(factor.type)]
        record(Act.FACTOR_REMOVED, about=person, name=str(person), by=by, changes={"means": [means, "None"]})
        factor.delete()
