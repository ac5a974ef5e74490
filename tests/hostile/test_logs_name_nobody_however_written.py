"""Phone numbers and e-mail addresses stand in no line of the log, however they are written; what is neither is kept."""

import logging

import pytest

from inventory_site.web.log_lines import OneLineFormatter


def written(said):
    return OneLineFormatter("%(message)s").format(logging.LogRecord("any", 30, "", 0, said, None, None))


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("to +49 170 1234567 now", "to [phone] now"),
        ("to +49 (170) 123-4567.", "to [phone]."),
        ("to 00491701234567", "to [phone]"),
        ("to 0049 170 1234567, again", "to [phone], again"),
        ("to 0170 1234567.", "to [phone]."),
        ("phone=01701234567", "phone=[phone]"),
        ("phone:020 7946 0958", "phone:[phone]"),
        ("no anna@bücher.рф here", "no [e-mail] here"),
        ('no "anna"@example.com here', "no [e-mail] here"),
        ("/people/anna%40example.com/", "/people/[e-mail]/"),
        ("no anna@example.xn--p1ai here", "no [e-mail] here"),
    ],
)
def test_a_number_or_an_address_is_left_out(said, line):
    assert written(said) == line


@pytest.mark.parametrize(
    "said",
    [
        "2026-11-23 08:00:00.123456 took 0.001234567 s",
        "2026-11-23T10:00:00.000000+00:00",
        "at 10:00:00+0000 and +0530",
        "0f8fad5b-d9cb-469f-a165-70867728950e 00000000-0000-0000-0000-000000000000",
        "404 to GET /products/0170123456/ by person 46",
        "listening on 127.0.0.1:8000, 10.0.170.123 and [2001:db8::1]",
        "booked 1200000000 of +12 -3 0.00000001, was 1000000",
        "version 65.21.1, celery@web-1, operation 1234567890123",
        "/why/BOLT-0170123456/?[query]",
    ],
)
def test_what_tells_what_went_wrong_is_kept(said):
    assert written(said) == said
