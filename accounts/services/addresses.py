"""Another e-mail address for an account: proved first, and told to the one before."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.errors import LinkGone
from accounts.models import AddressChange, User
from accounts.services.letters import tell
from accounts.services.links import ADDRESS_LASTS, promise_mail


@transaction.atomic(durable=True)
def ask_address(*, person: User, email: str, at: datetime) -> None:
    """Have a link sent to the address that somebody wants to sign in with; one asked for before works no more.

    Whether the address has an account is found out by the worker, and told to that address alone.
    """
    User.objects.select_for_update(no_key=True).only("pk").get(pk=person.pk)
    AddressChange.objects.filter(person=person).delete()
    promise_mail(AddressChange(person=person, email=email.lower()), at=at, lasts=ADDRESS_LASTS)


@transaction.atomic(durable=True)
def change_address(*, person: User, token: str, at: datetime) -> User:
    """Let somebody sign in with the address that this link has proved, and tell the one before.

    Locks the person. Raises AddressChange.DoesNotExist for a link that nobody has sent to them or that was used,
    LinkGone for one that is too old, or whose address was given an account meanwhile.
    """
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    link = AddressChange.objects.get(person=person, token_hash=AddressChange.digest(token))
    if link.expires <= at:
        raise LinkGone(_("This link is too old. Ask for the change again."))
    before, person.email = person.email, link.email
    try:
        with transaction.atomic():
            person.save(update_fields=["email"])
    except IntegrityError as error:
        raise LinkGone(_("This address cannot be used any more. Choose another.")) from error
    # allauth keeps the addresses that links to a new password went to, and would let people in by them.
    EmailAddress.objects.filter(user=person).delete()
    link.delete()
    tell(person, "account/email/email_changed", at=at, email=before, from_email=before, to_email=person.email)
    return person
