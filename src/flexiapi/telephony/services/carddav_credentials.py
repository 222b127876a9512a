"""An account's own credentials on the directories of its Space."""

from django.db import transaction

from flexiapi.accounts import queries as accounts
from flexiapi.accounts.models import Account
from flexiapi.accounts.services import belongings
from flexiapi.auth import digest
from flexiapi.http.dates import now
from flexiapi.http.errors import NotFound
from flexiapi.spaces.models import CardDavServer
from flexiapi.telephony.models import CardDavCredential
from flexiapi.telephony.serializers import CardDavCredentialData


@transaction.atomic
def set_credentials(account: Account, server: CardDavServer, data: CardDavCredentialData) -> None:
    """Set or replace the credentials of an account on a directory; the password is stored as HA1.

    Raises:
        NotFound: the account was deleted meanwhile.
    """
    accounts.held(account.pk)
    moment = now()
    columns = {
        "username": data.username,
        "realm": data.realm,
        "algorithm": data.algorithm,
        "password": digest.ha1(data.algorithm, data.username, data.realm, data.password),
        "updated_at": moment,
    }
    CardDavCredential.objects.update_or_create(
        account=account, server=server, defaults=columns, create_defaults={**columns, "created_at": moment}
    )
    belongings.tell(account, f"CardDAV credentials {server.pk}", data.username)


def remove_credentials(account: Account, server_id: int) -> None:
    """Remove the credentials of an account on a directory; the directory itself stays.

    Raises:
        NotFound: the account has none there.
    """
    removed, _ = CardDavCredential.objects.filter(
        account=account, server_id=server_id, server__space__domain=account.domain
    ).delete()
    if not removed:
        raise NotFound
    belongings.tell(account, f"CardDAV credentials {server_id}", "removed")
