from decimal import Decimal

import pytest

from inventory_site.web.quantity import QuantityError, format_quantity, parse_quantity


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("12.500", "12.5"),
        ("40.000", "40"),
        ("0.000", "0"),
        ("-0.000", "0"),
        ("-3.250", "-3.25"),
        ("1E+3", "1000"),
        ("100", "100"),
        ("9999999.999", "9999999.999"),
        ("0.001", "0.001"),
    ],
)
def test_a_quantity_is_written_plainly(value, text):
    assert format_quantity(Decimal(value)) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", "1"),
        (" 12.5 ", "12.5"),
        ("+7", "7"),
        (".5", "0.5"),
        ("5.", "5"),
        ("007", "7"),
        ("0.001", "0.001"),
        ("9999999.999", "9999999.999"),
    ],
)
def test_plain_decimals_are_read(text, value):
    assert parse_quantity(text) == Decimal(value)


@pytest.mark.parametrize(("text", "value"), [("-5", "-5"), ("−5", "-5"), ("+5", "5"), ("-9999999.999", "-9999999.999")])
def test_a_change_may_be_below_zero(text, value):
    assert parse_quantity(text, signed=True) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Enter a quantity."),
        ("   ", "Enter a quantity."),
        ("1,5", "Write 1.5"),
        ("12,50", "Write 12.50"),
        (",5", "Write .5"),
        ("1,000", "Write 1000, without a thousands mark."),
        ("1,234,567.5", "Write 1234567.5, without a thousands mark."),
        ("1 000", "Write 1000, without a thousands mark."),
        ("1\u202f000", "Write 1000, without a thousands mark."),
        ("1'000", "Write 1000, without a thousands mark."),
        ("1.000.000", "Write 1000000, without a thousands mark."),
        ("1e9", "Write the quantity in plain digits, like 12 or 12.5."),
        ("1E+2", "Write the quantity in plain digits, like 12 or 12.5."),
        ("NaN", "Enter a number, like 12 or 12.5."),
        ("Infinity", "Enter a number, like 12 or 12.5."),
        ("-inf", "Enter a number, like 12 or 12.5."),
        ("twelve", "Enter a number, like 12 or 12.5."),
        ("1_000", "Enter a number, like 12 or 12.5."),
        ("0x10", "Enter a number, like 12 or 12.5."),
        ("1\x00", "Enter a number, like 12 or 12.5."),
        (".", "Enter a number, like 12 or 12.5."),
        ("1.2.3", "Enter a number, like 12 or 12.5."),
        ("1,5,7", "Enter a number, like 12 or 12.5."),
        ("٣", "Use the digits 0 to 9."),
        ("１２", "Use the digits 0 to 9."),
        ("0", "Enter a quantity above 0."),
        ("0.000", "Enter a quantity above 0."),
        ("-0", "Enter a quantity above 0."),
        ("-5", "Enter a quantity above 0."),
        ("10000000", "Enter 9999999.999 or less."),
        ("9" * 400, "Enter 9999999.999 or less."),
        ("1.2345", "Enter at most 3 digits after the point."),
    ],
)
def test_anything_else_is_refused_with_the_way_to_mend_it(text, words):
    with pytest.raises(QuantityError) as refusal:
        parse_quantity(text)
    assert str(refusal.value) == words


@pytest.mark.parametrize(
    ("text", "decimals", "words"),
    [
        ("1.5", 0, "Enter a whole number."),
        ("1.000", 0, "Enter a whole number."),
        ("1.25", 1, "Enter at most 1 digit after the point."),
        ("1.255", 2, "Enter at most 2 digits after the point."),
    ],
)
def test_a_unit_limits_the_decimals(text, decimals, words):
    with pytest.raises(QuantityError) as refusal:
        parse_quantity(text, decimals=decimals)
    assert str(refusal.value) == words


def test_a_change_of_nothing_is_refused():
    with pytest.raises(QuantityError) as refusal:
        parse_quantity("0", signed=True)
    assert str(refusal.value) == "Enter a quantity other than 0."


def test_what_is_written_can_be_read_again():
    for value in ("1", "12.5", "9999999.999", "0.001"):
        assert parse_quantity(format_quantity(Decimal(value))) == Decimal(value)
