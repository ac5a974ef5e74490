"""What the admin site noted of somebody names them no more once they are anonymised."""

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from accounts.models import User
from accounts.services import anonymise
from tests.factories import ProductFactory, person

pytestmark = pytest.mark.django_db(transaction=True)


def noted(by, about, repr_):
    kind = ContentType.objects.get_for_model(about)
    return LogEntry.objects.create(
        user=by, content_type=kind, object_id=str(about.pk), object_repr=repr_, action_flag=CHANGE
    )


def test_their_rows_alone_lose_the_name(client, admin_person):
    sam = person("staff", name="Sam Porter", status="suspended")
    max_ = person("staff", name="Max")
    product = ProductFactory(pk=sam.pk)
    of_sam = noted(admin_person, sam, "Sam Porter")
    others = [noted(admin_person, max_, "Max"), noted(admin_person, product, "Bolt")]
    assert "Sam Porter" in client.get("/admin/").content.decode()
    anonymise(person=User.objects.get(pk=sam.pk), by=admin_person, at=timezone.now())
    kept = dict(LogEntry.objects.values_list("pk", "object_repr"))
    former = f"Former employee {sam.pk}"
    assert kept == {of_sam.pk: former, **{each.pk: each.object_repr for each in others}}
    page = client.get("/admin/").content.decode()
    assert ("Sam Porter" in page, former in page) == (False, True)
