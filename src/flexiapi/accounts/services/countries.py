"""Which countries' phone numbers the instance accepts."""

import phonenumbers
from django.db import transaction
from django.db.models import QuerySet

from flexiapi.accounts import journal, queries
from flexiapi.accounts.events import PhoneCountriesChanged, phone_countries_changed
from flexiapi.accounts.models import PhoneCountry
from flexiapi.auth.scope import Caller
from flexiapi.http.dates import now


@transaction.atomic
def set_activated(code: str, activated: bool, *, by: Caller) -> int:
    """Accept or refuse new numbers of a country and of all that share its calling code; returns how many.

    Raises:
        NotFound: no country has this code.
    """
    return _set(queries.sharing_code(queries.phone_country(code)), activated, by=by)


@transaction.atomic
def set_all_activated(activated: bool, *, by: Caller) -> int:
    """Accept or refuse new numbers of all countries; returns how many that are."""
    return _set(queries.phone_countries(), activated, by=by)


def _set(rows: QuerySet[PhoneCountry], activated: bool, *, by: Caller) -> int:
    """Write the state of some countries, and tell of those where it differs."""
    differing = rows.filter(activated=not activated)
    codes = sorted(set(differing.values_list("country_code", flat=True)), key=int)
    changed = rows.update(activated=activated, updated_at=now())
    for country_code in codes:
        journal.record(
            f"phone country {'activated' if activated else 'deactivated'}",
            country_code=country_code,
            by=by.identifier,
        )
    if codes:
        phone_countries_changed.announce(PhoneCountriesChanged(tuple(codes), activated))
    return changed


@transaction.atomic
def add_missing() -> list[tuple[str, str]]:
    """Add the regions that libphonenumber knows and the table lacks, not accepted; returns (code, English name).

    Rows that are there stay as they are.
    """
    known = {country.code for country in queries.phone_countries()}
    missing = sorted(set(phonenumbers.SUPPORTED_REGIONS) - known)
    PhoneCountry.objects.bulk_create(
        PhoneCountry(code=code, country_code=str(phonenumbers.country_code_for_region(code))) for code in missing
    )
    return [(code, _english_name(code)) for code in missing]


def _english_name(code: str) -> str:
    """The name of a region, its code where there is none."""
    from phonenumbers import geocoder  # noqa: PLC0415 its tables take 100 MB, which servers do without

    number = phonenumbers.example_number(code)
    return (geocoder.country_name_for_number(number, "en") if number is not None else "") or code
