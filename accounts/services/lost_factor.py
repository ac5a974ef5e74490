"""Helping somebody who lost a device: an admin takes the second factor away, after making sure who asks."""

from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services.letters import tell
from accounts.services.sign_ins import FACTORS
from inventory_site.web.trail import Act, record

TAKEN_AWAY = "account/email/factor_taken_away"


@transaction.atomic
def take_away(*, factors: Iterable[Authenticator], by: User) -> None:
    """Remove these second factors of others. Each leaves its row of the audit log, whose, which, and who did it, and
    its owner gets a mail that says the same, without the admin's address and device."""
    for factor in factors:
        person = User.objects.get(pk=factor.user_id)
        means = FACTORS[Authenticator.Type(factor.type)]
        record(Act.FACTOR_REMOVED, about=person, name=str(person), by=by, changes={"means": [means, "None"]})
        factor.delete()
        tell(person, TAKEN_AWAY, at=timezone.now(), admin=str(by), means=means, ip="", user_agent="")
