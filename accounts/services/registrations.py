"""People who register by themselves: first their address is proved, then an admin decides."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.delivery import SOMEBODY_WAITS
from accounts.errors import LinkGone
from accounts.models import Registration, User
from accounts.services.letters import tell
from accounts.services.links import REGISTRATION_LASTS, promise_mail
from accounts.services.people import set_role

# Nobody fills somebody else's mailbox by asking again and again.
PAUSE = timedelta(minutes=10)


@transaction.atomic(durable=True)
def register(*, email: str, language: str, at: datetime) -> None:
    """Have a mail sent to this address: with a link to go on, or, where it has an account, with that word.

    Which of them is found out by the worker, so that this does the same for every address.
    """
    address = email.lower()
    link, made = Registration.objects.select_for_update(no_key=True).get_or_create(
        email=address, defaults={"expires": at, "language": language}
    )
    if made or link.created <= at - PAUSE:
        link.created, link.language = at, language
        promise_mail(link, at=at, lasts=REGISTRATION_LASTS)


@transaction.atomic(durable=True)
def confirm_registration(*, token: str, name: str, time_zone: str, password: str, at: datetime) -> User:
    """Add the person of this link, who has proved the address; they wait for an admin.

    Raises Registration.DoesNotExist for a link that nobody has sent or that was used, LinkGone for one that is too
    old, or whose address was given an account meanwhile.
    """
    link = Registration.objects.select_for_update(no_key=True).get(token_hash=Registration.digest(token))
    if link.expires <= at:
        raise LinkGone(_("This link is too old. Register again to get a new one."))
    try:
        with transaction.atomic():
            person = User.objects.create_user(
                email=link.email,
                password=password,
                name=name,
                time_zone=time_zone,
                language=link.language,
                status=User.Status.PENDING,
            )
    except IntegrityError as error:
        raise LinkGone(_("This link works no more. Sign in, or ask an admin of your company.")) from error
    set_role(person=person, role=User.Role.STAFF)
    link.delete()
    _tell_admins(person, at)
    return person


def _tell_admins(person: User, at: datetime) -> None:
    """Have the admins told that somebody waits, unless they were told of somebody who waits still.

    Locks the admins, so that of two who register in the same moment the second sees the first.
    """
    admins = User.objects.active().filter(role=User.Role.ADMIN).order_by("pk").select_for_update(no_key=True)
    told = list(admins)
    if not User.objects.filter(status=User.Status.PENDING).exclude(pk=person.pk).exists():
        link = f"{settings.BASE_URL}{reverse('accounts:person-list')}?status={User.Status.PENDING}"
        for admin in told:
            tell(admin, SOMEBODY_WAITS, at=at, link=link)
