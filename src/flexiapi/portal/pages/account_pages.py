"""What the pages about one account share, for its administrators."""

from flexiapi.accounts import queries as accounts
from flexiapi.accounts.models import Account
from flexiapi.auth.page_access import AdministratorPage, PageRequest


class AccountPage(AdministratorPage):
    """A page about an account within reach; what lies beyond is not there."""

    tab = ""
    """Below the account's own page, where refused forms go back to."""

    def find(self, request: PageRequest, account_id: int) -> Account:
        """The account.

        Raises:
            NotFound: it does not exist or lies out of reach.
        """
        account = accounts.account(request.scope, account_id)
        self.form_page = place(account, self.tab)
        return account


def place(account: Account, tab: str = "") -> str:
    """The page of an account, or one below it."""
    return f"/admin/accounts/{account.pk}{tab}"
