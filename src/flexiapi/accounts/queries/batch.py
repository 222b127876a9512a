"""What is there already of what many new accounts name, read at once."""

from collections.abc import Collection

from flexiapi.accounts.models import Account, PhoneCountry, Tombstone


class Batch:
    """Answers as `queries` does, for new accounts of one domain: read in five statements, however many they are.

    `names` are their usernames and phones (E.164): either may be taken as the other.
    """

    def __init__(self, domain: str, names: Collection[str], emails: Collection[str]) -> None:
        rows = Account.objects.filter(space__domain=domain)
        names = list(names)
        self._usernames = set(rows.filter(username__in=names).values_list("username", flat=True))
        self._phones = set(rows.filter(phone__in=names).values_list("phone", flat=True))
        self._reserved = set(
            Tombstone.objects.filter(domain=domain, username__in=names).values_list("username", flat=True)
        )
        found = rows.filter(email__in=list(emails)).values_list("email", flat=True)
        self._emails = {email.lower() for email in found if email}
        self._countries = set(PhoneCountry.objects.filter(activated=True).values_list("code", flat=True))

    def username_taken(self, domain: str, username: str, *, but: int | None = None) -> bool:
        """Whether an account of the domain has this username, or another one has it as phone."""
        return username in self._usernames or username in self._phones

    def username_reserved(self, domain: str, username: str) -> bool:
        """Whether a deleted account still reserves this username."""
        return username in self._reserved

    def phone_taken(self, domain: str, phone: str, *, but: int | None = None) -> bool:
        """Whether an account of the domain has this number as phone or username."""
        return phone in self._phones or phone in self._usernames

    def email_taken(self, domain: str, email: str, *, but: int | None = None) -> bool:
        """Whether an account of the domain has this e-mail address."""
        return email.lower() in self._emails

    def country_activated(self, code: str) -> bool:
        """Whether numbers of a region are accepted."""
        return code in self._countries
