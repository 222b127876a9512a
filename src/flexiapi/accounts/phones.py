"""Phone numbers: E.164, their country, and the countries that an instance accepts."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber


def parse(text: str) -> PhoneNumber | None:
    """Parse a number in international form; None when it is none."""
    try:
        return phonenumbers.parse(text, None)
    except NumberParseException:
        return None


def country(text: str) -> str | None:
    """The region that a number belongs to.

    For calling codes of one region it is known even if the number is not valid; `001` is non-geographic.
    """
    number = parse(text)
    return None if number is None else phonenumbers.region_code_for_number(number)


def e164(text: str) -> str | None:
    """A valid number as `+33612345678`; None for anything else, numbers with an extension included."""
    number = parse(text)
    if number is None or number.extension or not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normalised(text: str) -> str:
    """E.164 where the text is a valid number, else the text as it is (for look-ups)."""
    return e164(text) or text
