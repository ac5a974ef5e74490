"""Codes that a scanner reads."""

GTIN_LENGTHS = (8, 12, 13, 14)


def normalise_code(text: str) -> str:
    """Return the code as it is stored: a GTIN (8, 12, 13 or 14 digits with a right check digit) as its 14 digits."""
    code = text.strip()
    if _is_digits(code) and len(code) in GTIN_LENGTHS and check_digit(code[:-1]) == code[-1]:
        return code.zfill(14)
    return code


def mistyped_gtin(text: str) -> str:
    """Return the check digit that a code of 12, 13 or 14 digits would have as a GTIN where it has another, else "".

    Eight digits are left alone: so many are a company's own numbers.
    """
    code = text.strip()
    if not (_is_digits(code) and len(code) in GTIN_LENGTHS[1:]):
        return ""
    right = check_digit(code[:-1])
    return "" if right == code[-1] else right


def check_digit(digits: str) -> str:
    """Return the GS1 check digit (General Specifications 7.9): weights 3 and 1 from the right."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str((10 - total % 10) % 10)


def _is_digits(code: str) -> bool:
    return code.isascii() and code.isdigit()
