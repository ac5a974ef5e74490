"""What a person should look at first."""

from datetime import timedelta

from accounts.services.sign_in import SignInBackend
from alerts.queries import needs_attention
from alerts.services import acknowledge
from tests.alerts.conftest import MONDAY
from tests.factories import ProductFactory, person


def test_the_most_severe_comes_first_then_the_newest(see, north, mona):
    products = ProductFactory.create_batch(4)
    kinds = ["low", "out", "overstock", "low"]
    alerts = [see(kind, product=product) for kind, product in zip(kinds, products, strict=True)]
    assert needs_attention(mona) == [alerts[1], alerts[3], alerts[0], alerts[2]]
    assert needs_attention(mona, limit=2) == [alerts[1], alerts[3]]


def test_what_is_acknowledged_or_resolved_needs_nobody(see, mona):
    see("out", product=ProductFactory())
    acknowledge(alert=see("low", product=ProductFactory()), by=mona, at=MONDAY)
    see("low")
    see(None, at=MONDAY + timedelta(hours=1))
    assert [alert.type for alert in needs_attention(mona)] == ["out"]


def test_a_person_sees_their_own_warehouses_and_may_choose_one(see, north, south):
    here, there = see("low"), see("low", warehouse=south)
    both = person("staff", {north: "view", south: "view"})
    one = person("staff", {north: "view"})
    none = person("staff")
    assert needs_attention(both) == [there, here]
    assert needs_attention(both, north) == [here]
    assert needs_attention(one) == [here]
    assert needs_attention(one, south) == []
    assert needs_attention(none) == []
    assert needs_attention(person("admin")) == [there, here]


def test_the_list_costs_one_query(see, mona, django_assert_num_queries):
    for product in ProductFactory.create_batch(3):
        see("low", product=product)
    asking = SignInBackend().get_user(mona.pk)
    with django_assert_num_queries(1):
        told = [(alert.headline, alert.product.name, alert.warehouse.code) for alert in needs_attention(asking)]
    assert len(told) == 3
