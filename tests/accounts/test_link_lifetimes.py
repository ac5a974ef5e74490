"""A link that a mail brings works for as long as is promised, and no longer."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tests.accounts.test_reset_keeps_the_second_factor import NEW, link_of_the_mail
from tests.factories import person


@pytest.mark.parametrize(("minutes", "works"), [(58, True), (62, False)])
def test_a_link_for_a_new_password_works_for_an_hour(client, db, minutes, works):
    sam = person("staff", email="sam@example.com")
    link = link_of_the_mail(client, sam.email)
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
        answer = client.get(link)
        assert answer.status_code == (302 if works else 404)
        if works:
            client.post(answer["Location"], {"password1": NEW, "password2": NEW})
    sam.refresh_from_db()
    assert sam.check_password(NEW) == works
