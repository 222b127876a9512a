"""The vCards that accounts keep here."""

from django.db import IntegrityError, transaction

from flexiapi.accounts.models import Account
from flexiapi.contacts.models import Vcard
from flexiapi.contacts.rfc6350 import Card
from flexiapi.http.errors import Conflict, NotFound, Unprocessable


@transaction.atomic
def store_vcard(account: Account, card: Card) -> Vcard:
    """Keep a new card for an account.

    Raises:
        NotFound: the account was deleted meanwhile.
        Conflict: the account keeps one with this UID already.
    """
    if Account.objects.select_for_update().filter(pk=account.pk).first() is None:
        raise NotFound
    try:
        with transaction.atomic():
            return Vcard.objects.create(account=account, uuid=card.uid, vcard=card.text)
    except IntegrityError:
        raise Conflict("Vcard already exists") from None


@transaction.atomic
def replace_vcard(account: Account, uuid: str, card: Card) -> Vcard:
    """Replace a card that an account keeps.

    Raises:
        Unprocessable: the new card has another UID.
        NotFound: there is none with this UID.
    """
    if card.uid != uuid:
        raise Unprocessable("UUID should be the same")
    found = Vcard.objects.select_for_update().filter(account=account, uuid=uuid).first()
    if found is None:
        raise NotFound
    found.vcard = card.text
    found.save()
    return found


@transaction.atomic
def delete_vcard(account: Account, uuid: str) -> None:
    """Forget a card.

    Raises:
        NotFound: there is none with this UID.
    """
    if not Vcard.objects.filter(account=account, uuid=uuid).delete()[0]:
        raise NotFound
