from decimal import Decimal
from xml.etree import ElementTree

from django.utils.safestring import SafeString

from inventory_site.web.charts import Bar, bars, sparkline


def marks(svg, kind):
    return [node for node in ElementTree.fromstring(svg).iter() if node.get("class") == kind]


def test_the_longest_bar_fills_its_box_and_the_others_are_in_proportion():
    rows = [Bar("A", Decimal("200")), Bar("B", Decimal("50")), Bar("C", Decimal("0")), Bar("D", Decimal("0.001"))]
    svg = bars(rows, title="Shipped")
    assert [mark.get("width") for mark in marks(svg, "bar-mark")] == ["100.0%", "25.0%", "0%", "0.5%"]
    assert [mark.text for mark in marks(svg, "value")] == ["200", "50", "0", "0.001"]


def test_bars_of_nothing_draw_nothing():
    assert marks(bars([], title="Shipped"), "bar-mark") == []
    assert [m.get("width") for m in marks(bars([Bar("A", Decimal(0))], title="Shipped"), "bar-mark")] == ["0%"]


def test_the_end_of_a_bar_may_say_other_words():
    assert [m.text for m in marks(bars([Bar("A", Decimal(2), "2 kg")], title="Shipped"), "value")] == ["2 kg"]


def test_a_long_label_is_cut_so_that_it_ends_before_the_value():
    svg = bars([Bar("Sandvig bubble wrap 1200 mm, small bubble", Decimal(1))], title="Shipped")
    assert "Sandvig bubble wrap 1200 m…" in svg


def test_labels_are_escaped():
    svg = bars([Bar("<script>alert(1)</script>", Decimal(1))], title="<b>", description='"&')
    assert isinstance(svg, SafeString)
    root = ElementTree.fromstring(svg)
    assert root[0].text == "<b>"
    assert root[1].text == '"&'
    assert "<script" not in svg


def test_a_chart_names_and_describes_itself():
    root = ElementTree.fromstring(bars([Bar("A", Decimal(1))], title="Shipped", description="Thirty days", key="top"))
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "top-title top-desc")
    assert [(node.tag, node.get("id"), node.text) for node in root[:2]] == [
        ("title", "top-title", "Shipped"),
        ("desc", "top-desc", "Thirty days"),
    ]


def test_a_chart_holds_no_inline_style_or_script():
    for svg in (
        bars([Bar("A", Decimal(1))], title="Shipped"),
        sparkline([Decimal(1), Decimal(2)], title="Movements"),
    ):
        names = {name for node in ElementTree.fromstring(svg).iter() for name in node.attrib}
        assert "style" not in names
        assert [name for name in names if name.startswith("on")] == []


def test_a_sparkline_runs_from_zero_to_the_highest():
    (line,) = marks(sparkline([Decimal(0), Decimal(5), Decimal(10)], title="Movements"), "trend")
    assert line.get("points") == "0.0,30.0 50.0,16.0 100.0,2.0"


def test_a_sparkline_of_one_value_is_a_level_line_and_of_none_is_empty():
    (line,) = marks(sparkline([Decimal(3)], title="Movements"), "trend")
    assert line.get("points") == "0.0,2.0 100,2.0"
    assert marks(sparkline([], title="Movements"), "trend") == []
    (flat,) = marks(sparkline([Decimal(0), Decimal(0)], title="Movements"), "trend")
    assert flat.get("points") == "0.0,30.0 100.0,30.0"
