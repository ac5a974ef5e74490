"""Links that go out by mail: when they are promised, and how long they live."""

from datetime import datetime, timedelta

from accounts.models import MailedLink
from inventory_site.web.nudge import nudge

INVITATION_LASTS = timedelta(days=7)
REGISTRATION_LASTS = timedelta(hours=24)
ADDRESS_LASTS = timedelta(hours=1)


def promise_mail(link: MailedLink, *, at: datetime, lasts: timedelta) -> None:
    """Store a link that the worker has yet to send, with a new token and a new time to live.

    The link that was sent before works no more from this moment on.
    """
    link.token_hash = None
    link.expires = at + lasts
    link.mail_due = at
    link.mail_attempts = 0
    link.mailed = None
    link.mail_error = ""
    link.save()
    nudge("accounts.tasks.send_links")
