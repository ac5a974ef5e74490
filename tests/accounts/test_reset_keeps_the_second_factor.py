"""A new password by mail is one factor as before: whoever reads the mailbox gets no further than with the password."""

import re

from django.core import mail

from accounts.tasks import send_links
from tests.accounts.codes import code_now, give_code, give_password, is_in
from tests.factories import person

NEW = "a quiet harbour in november"


def link_of_the_mail(client, email):
    client.post("/password/forgotten/", {"email": email})
    send_links()
    return re.search(r"https?://[^/\s]+(/password/new/\S+)", mail.outbox[-1].body)[1]


def test_a_new_password_by_mail_opens_nothing_without_the_second_factor(client, db):
    ada = person("admin", email="ada@example.com")
    page = client.get(link_of_the_mail(client, ada.email))["Location"]
    assert client.post(page, {"password1": NEW, "password2": NEW}).status_code == 302
    assert not is_in(client)
    assert give_password(client, ada, NEW)["Location"].startswith("/sign-in/second-step/")
    assert not is_in(client)
    give_code(client, code_now())
    assert is_in(client)


def test_the_factors_stay_as_they_were(client, db):
    from allauth.mfa.models import Authenticator

    ada = person("admin", email="ada@example.com")
    before = list(Authenticator.objects.filter(user=ada).values_list("pk", "data"))
    page = client.get(link_of_the_mail(client, ada.email))["Location"]
    client.post(page, {"password1": NEW, "password2": NEW})
    assert list(Authenticator.objects.filter(user=ada).values_list("pk", "data")) == before
