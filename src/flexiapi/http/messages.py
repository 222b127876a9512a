"""The catalogue of validation messages: one sentence per rule, translated, with the field's name in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils.translation import pgettext
from django.utils.translation import pgettext_lazy as _

SENTENCES = {
    "required": _("required", "The :attribute field is required."),
    "filled": _("filled", "The :attribute field must have a value."),
    "missing": _("missing", "The :attribute field must be missing."),
    "string": _("string", "The :attribute must be a string."),
    "integer": _("integer", "The :attribute must be an integer."),
    "boolean": _("boolean", "The :attribute field must be true or false."),
    "in": _("in", "The selected :attribute is invalid."),
    "exists": _("exists", "The selected :attribute is invalid."),
    "not_in": _("not_in", "The selected :attribute is invalid."),
    "alpha_dash": _("alpha_dash", "The :attribute may only contain letters, numbers, dashes and underscores."),
    "alpha_num": _("alpha_num", "The :attribute may only contain letters and numbers."),
    "unique": _("unique", "The :attribute has already been taken."),
    "email": _("email", "The :attribute must be a valid email address."),
    "url": _("url", "The :attribute format is invalid."),
    "regex": _("regex", "The :attribute format is invalid."),
    "digits": _("digits", "The :attribute must be :digits digits."),
    "min": _("min", "The :attribute must be at least :min characters."),
    "min_number": _("min_number", "The :attribute must be at least :min."),
    "max": _("max", "The :attribute may not be greater than :max characters."),
    "max_number": _("max_number", "The :attribute may not be greater than :max."),
    "max_file": _("max_file", "The :attribute may not be greater than :max kilobytes."),
    "size": _("size", "The :attribute must be :size characters."),
    "confirmed": _("confirmed", "The :attribute confirmation does not match."),
    "accepted": _("accepted", "The :attribute must be accepted."),
    "same": _("same", "The :attribute and :other must match."),
    "different": _("different", "The :attribute and :other must be different."),
    "date": _("date", "The :attribute is not a valid date."),
    "date_format": _("date_format", "The :attribute does not match the format :format."),
    "before": _("before", "The :attribute must be a date before :date."),
    "after": _("after", "The :attribute must be a date after :date."),
    "after_or_equal": _("after_or_equal", "The :attribute must be a date after or equal to :date."),
    "starts_with": _("starts_with", "The :attribute must start with one of the following: :values"),
    "ends_with": _("ends_with", "The :attribute must end with one of the following: :values"),
    "required_with": _("required_with", "The :attribute field is required when :values is present."),
    "required_without": _("required_without", "The :attribute field is required when :values is not present."),
    "required_if": _("required_if", "The :attribute field is required when :other is :value."),
    "file": _("file", "The :attribute must be a file."),
    "image": _("image", "The :attribute must be an image."),
    "mimes": _("mimes", "The :attribute must be a file of type: :values."),
    "uploaded": _("uploaded", "The :attribute failed to upload."),
    "phone": _("phone", "The :attribute field contains an invalid number."),
    "iso_date": _("iso_date", "The :attribute must be a valid ISO 8601 date."),
    "captcha_missing": _("captcha_missing", "Please verify that you are not a robot."),
    "captcha_wrong": _("captcha_wrong", "Captcha error! try again later or contact site admin."),
    "not_phone": _("not_phone", "The :attribute should not be a phone number"),
    "authentication": _("authentication", "Incorrect username or password"),
    "recovered_recently": _("recovered_recently", "A code was sent a moment ago. Try again in a minute."),
}

# The API says these in English whatever the language, programs compare them; pages translate them.
FIXED = {
    "lowercase": "No uppercase letters are allowed.",
    "blacklisted": "Username already used.",
    "sip_username": "The :attribute should be a valid SIP username",
    "sip_uri": "The :attribute must be a valid SIP URI.",
    "domain": "The :attribute should be a valid domain",
    "authorized_country": "The phone number must belong to an authorized country.",
    "account_creation_token": "Please provide a valid account_creation_token",
    "token_expired": "The provided token is expired",
    "account_creation_request_token": "Please provide a valid account_creation_request_token",
    "code": "The :attribute should be valid",
    "old_password": "Incorrect old password",
    "dictionary": "The dictionary must be an associative dictionary of strings",
    "vcard": "Invalid vcard passed",
    "comma_list": "The :attribute should be null or contain a list of words separated by commas without spaces",
    "call_id": "The :attribute should only contain only alphanumeric, tilde and dashes characters",
    "pn_provider": "The :attribute should be in apns.dev, apns, fcm",
    "pn_param": "The :attribute should be null or contain only alphanumeric, dots and underscore characters",
    "pn_prid": "The :attribute should be null or contain only alphanumeric, dashes, underscore and colon characters",
    "audio_mime": "The file should have the declared mime-type",
    "forwarding": "type: always and type: always/busy cannot be enabled at the same time",
    "without_spaces": "The :attribute contains spaces",
}

# Names of fields that differ from the wire's in some language.
ATTRIBUTES = [
    _("field", "username"),
    _("field", "password"),
    _("field", "password confirmation"),
    _("field", "phone"),
    _("field", "name"),
    _("field", "role"),
    _("field", "file"),
    _("field", "title"),
    _("field", "value"),
    _("field", "content"),
    _("field", "status"),
    _("field", "size"),
    _("field", "time"),
    _("field", "comment"),
    _("field", "link"),
    _("field", "response"),
    _("field", "user"),
    _("field", "terms"),
    _("field", "identifier"),
]


_FOR_PEOPLE: ContextVar[bool] = ContextVar("for_people", default=False)


@contextmanager
def for_people() -> Iterator[None]:
    """Say everything in the request's language: a person reads it, on a page."""
    before = _FOR_PEOPLE.set(True)
    try:
        yield
    finally:
        _FOR_PEOPLE.reset(before)


def sentence(rule: str, field: str, **values: object) -> str:
    """The message of a rule for a field, in the request's language.

    `values` replace the other placeholders (`min=3` for `:min`).
    """
    if rule not in FIXED:
        text = str(SENTENCES[rule])
    else:
        text = pgettext("page", FIXED[rule]) if _FOR_PEOPLE.get() else FIXED[rule]
    for name, value in values.items():
        text = text.replace(f":{name}", str(value))
    return text.replace(":attribute", attribute(field))


def attribute(field: str) -> str:
    """A field's name as people read it."""
    return pgettext("field", field.replace("_", " ").lower())
