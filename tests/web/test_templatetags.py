import re
from decimal import Decimal
from types import SimpleNamespace
from uuid import uuid4
from xml.etree import ElementTree

import pytest
from django import forms
from django.conf import settings
from django.contrib.messages.storage.base import Message
from django.template import Context, Template
from django.test import RequestFactory

from inventory_site.web.templatetags import web


def rendered(source, **context):
    return Template(source).render(Context(context))


def test_quantities_read_plainly():
    assert (
        rendered("{{ a|quantity }} {{ b|quantity }} {{ c|quantity }}", a=Decimal("12.500"), b=None, c="1,5")
        == "12.5  1,5"
    )


@pytest.mark.parametrize(
    ("value", "text"), [(Decimal("5.000"), "+5"), (Decimal("-5.500"), "−5.5"), (Decimal("0.000"), "0"), (-20, "−20")]
)
def test_a_change_carries_its_sign(value, text):
    assert web.signed(value) == text


@pytest.mark.parametrize(("value", "word"), [("ok", "OK"), ("low", "Low"), ("out", "Out"), ("over", "Over")])
def test_a_state_is_word_colour_and_sign(value, word):
    badge = ElementTree.fromstring(web.state(value))
    assert badge.get("class") == f"badge {value}"
    assert badge[0].get("class") == "icon"
    assert badge[0].tail == word


def test_an_icon_is_silent_unless_it_is_named():
    assert 'aria-hidden="true"' in web.icon("bell")
    named = ElementTree.fromstring(web.icon("bell", "<Alerts>"))
    assert (named.get("role"), named.get("aria-label"), named.get("aria-hidden")) == ("img", "<Alerts>", None)


def test_every_icon_that_a_template_or_tag_asks_for_is_in_the_sprite():
    sprite = ElementTree.parse(settings.BASE_DIR / "static" / "icons.svg")
    drawn = {node.get("id") for node in sprite.iter("{http://www.w3.org/2000/svg}symbol")}
    asked = {sign for _, sign in web.STATES.values()}
    for folder in ("templates", "stock", "catalog", "warehouses", "alerts", "reports", "accounts"):
        for path in (settings.BASE_DIR / folder).rglob("*.html"):
            text = path.read_text()
            asked |= set(re.findall(r'{% icon "([^"]+)"', text))
            asked |= set(re.findall(r'{% nav "[^"]+" "([^"]+)"', text))
            asked |= set(re.findall(r'picture="([^"]+)"', text))
            asked |= set(re.findall(r'{% icon picture\|default:"([^"]+)"', text))
    assert asked - drawn == set()


def test_the_query_string_keeps_what_is_not_replaced():
    request = RequestFactory().get("/products/?q=hex+bolt&after=9&state=low")
    assert web.qs({"request": request}, after=None, state="out") == "?q=hex+bolt&state=out"
    assert web.qs({"request": request}, after="", page=2) == "?q=hex+bolt&state=low&page=2"
    assert rendered("{% qs state='a&b' %}", request=request) == "?q=hex+bolt&amp;after=9&amp;state=a%26b"


def test_a_message_names_the_operation_it_can_undo():
    key = str(uuid4())
    assert web.key_of(Message(25, "Shipped", extra_tags=f"big undo:{key}"), "undo") == key
    assert web.key_of(Message(25, "Shipped", extra_tags=f"see:{key}"), "undo") == ""
    assert web.key_of(Message(25, "Shipped"), "undo") == ""


def test_kept_text_is_trimmed_and_not_escaped_twice():
    assert (
        rendered("{% kept as a %}  {{ name }} {% endkept %}{% if a %}[{{ a }}]{% endif %}", name="A&B") == "[A&amp;B]"
    )
    assert rendered("{% kept as a %} \n {% endkept %}{% if a %}something{% endif %}") == ""


class Shipment(forms.Form):
    quantity = forms.CharField(help_text="On hand 482")
    note = forms.CharField(required=False, label="Note")
    whole = forms.BooleanField(required=False, label="Whole case")

    def clean_quantity(self):
        raise forms.ValidationError("Only 482 on hand in A-03-2. Enter 482 or less.")


def test_a_field_ties_its_hint_and_error_to_the_input():
    html = str(Shipment({"quantity": "999"})["quantity"].as_field_group())
    assert 'aria-describedby="id_quantity_helptext id_quantity_error"' in html
    assert re.search(r'id="id_quantity_error"[^>]*><li>Only 482 on hand in A-03-2. Enter 482 or less.</li>', html)
    assert 'value="999"' in html
    assert html.index("_error") < html.index("<input")


def test_a_field_that_may_be_empty_says_so():
    assert "(optional)" in str(Shipment()["note"].as_field_group())
    assert "(optional)" not in str(Shipment()["quantity"].as_field_group())


def test_a_box_stands_before_its_label():
    html = str(Shipment()["whole"].as_field_group())
    assert html.index("<input") < html.index("<label")


def test_the_error_summary_leads_to_the_fields_and_names_what_is_missing():
    class Product(forms.Form):
        name = forms.CharField(label="Name")

    html = rendered('{% include "components/error_summary.html" %}', form=Product({}), errors=["The bin is closed."])
    assert re.findall(r"<li>(.*?)</li>", html) == [
        "The bin is closed.",
        '<a href="#id_name">Name: This field is required.</a>',
    ]
    assert rendered('{% include "components/error_summary.html" %}', form=Product()).strip() == ""


def test_the_stepper_keeps_what_was_typed_and_writes_stock_plainly():
    source = '{% include "components/stepper.html" with field=form.quantity %}'
    typed = rendered(source, form=Shipment({"quantity": "1,5"}))
    assert 'value="1,5"' in typed
    assert 'aria-invalid="true"' in typed
    assert 'value="2.5"' in rendered(source, form=Shipment(initial={"quantity": Decimal("2.500")}))


def test_the_pager_asks_for_what_comes_next_with_the_same_filters():
    request = RequestFactory().get("/products/?state=low&after=1")
    html = rendered('{% include "components/pager.html" with after="7" %}', request=request)
    assert re.findall(r'href="([^"]+)"', html) == ["?state=low&amp;after=7"]
    assert "<a" not in rendered('{% include "components/pager.html" with after="" %}', request=request)
    page = SimpleNamespace(after="A&B")
    html = rendered('{% include "components/pager.html" %}', request=request, page=page)
    assert re.findall(r'href="([^"]+)"', html) == ["?state=low&amp;after=A%26B"]


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422, 429, 500, 503])
def test_an_error_page_stands_without_a_request(status):
    html = Template("{% include name %}").render(Context({"name": f"{status}.html"}))
    assert len(re.findall("<h1>", html)) == 1
    assert len(re.findall("data-error-message>[A-Z]", html)) == 1
    assert 'href="/"' in html


def test_a_message_takes_the_place_of_the_words_and_is_escaped():
    request = SimpleNamespace()
    html = Template('{% include "403.html" %}').render(
        Context({"message": "Only <b>managers</b>.", "request": request})
    )
    assert "<p data-error-message>Only &lt;b&gt;managers&lt;/b&gt;.</p>" in html
