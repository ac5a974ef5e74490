"""Django's own check of a deployment finds nothing, and what is silenced is held by the database."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from tests.factories import person
from tests.inventory_site.running import CHECKOUT
from tests.inventory_site.test_settings import FIT


def test_it_finds_nothing():
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        env={"PATH": os.environ["PATH"], **FIT},
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert done.stdout == "System check identified no issues (1 silenced).\n"


@pytest.mark.django_db
def test_the_one_that_is_silenced_looks_for_a_unique_field_where_there_is_a_constraint():
    assert settings.SILENCED_SYSTEM_CHECKS == ["auth.W004"]
    person(email="ada@example.com")
    with pytest.raises(IntegrityError, match="user_email_unique"), transaction.atomic():
        person(email="ADA@Example.com")
