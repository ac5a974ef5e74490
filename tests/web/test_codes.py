import pytest

from inventory_site.web.codes import mistyped_gtin, normalise_code


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("4006381333931", "04006381333931"),
        ("04006381333931", "04006381333931"),
        ("14006381333938", "14006381333938"),
        ("036000291452", "00036000291452"),
        ("0036000291452", "00036000291452"),
        ("96385074", "00000096385074"),
        (" 96385074\r\n", "00000096385074"),
        ("4006381333932", "4006381333932"),
        ("96385075", "96385075"),
        ("123456789", "123456789"),
        ("٤٠٠٦٣٨١٣٣٣٩٣١", "٤٠٠٦٣٨١٣٣٣٩٣١"),
        ("Case-12", "Case-12"),
        ("", ""),
    ],
)
def test_a_gtin_has_one_spelling_and_other_codes_stay(text, stored):
    assert normalise_code(text) == stored


@pytest.mark.parametrize(
    ("text", "digit"),
    [
        ("4006381333932", "1"),
        ("036000291453", "2"),
        ("14006381333931", "8"),
        ("4006381333931", ""),
        ("96385075", ""),
        ("12345", ""),
        ("CASE-12345678", ""),
    ],
)
def test_a_mistyped_gtin_is_known_by_its_last_digit(text, digit):
    assert mistyped_gtin(text) == digit
