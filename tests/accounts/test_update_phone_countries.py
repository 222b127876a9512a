"""app:update-phone-countries: what is missing comes back, what is there stays."""

import pytest

from flexiapi import cli
from flexiapi.accounts.models import PhoneCountry
from tests import factories

pytestmark = pytest.mark.django_db


def test_missing_countries_are_added_and_told(capsys: pytest.CaptureFixture[str]) -> None:
    cli.run(["app:update-phone-countries"])
    capsys.readouterr()
    PhoneCountry.objects.filter(code__in=["NL", "XK"]).delete()
    factories.activate_countries("FR")

    assert cli.run(["app:update-phone-countries"]) == 0

    assert capsys.readouterr().out == "NL Netherlands\nXK XK\n"  # libphonenumber has no name for XK
    added = PhoneCountry.objects.get(code="NL")
    assert (added.country_code, added.activated) == ("31", False)
    assert PhoneCountry.objects.get(code="FR").activated


def test_silent_when_nothing_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    cli.run(["app:update-phone-countries"])
    capsys.readouterr()

    assert cli.run(["app:update-phone-countries"]) == 0
    assert capsys.readouterr().out == ""
