"""Which countries' phone numbers the instance accepts."""

from flexiapi.accounts import journal, queries
from flexiapi.accounts.models import PhoneCountry
from flexiapi.auth.scope import Caller
from flexiapi.http.dates import now


def set_activated(code: str, activated: bool, *, by: Caller) -> int:
    """Accept or refuse new numbers of a country and of all that share its calling code; returns how many.

    Raises:
        NotFound: no country has this code.
    """
    country = queries.phone_country(code)
    changed = PhoneCountry.objects.filter(country_code=country.country_code).update(
        activated=activated, updated_at=now()
    )
    journal.record(
        f"phone country {'activated' if activated else 'deactivated'}",
        country_code=country.country_code,
        by=by.identifier,
    )
    return changed
