"""Reads of telephony; each starts from a Scope, or from an account that one led to."""

import logging
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple

from django.db.models import Q, QuerySet

from flexiapi.accounts import queries as accounts
from flexiapi.accounts.models import Account
from flexiapi.auth.scope import Scope
from flexiapi.db.statements import Statement
from flexiapi.http.dates import now
from flexiapi.http.errors import Forbidden, NotFound, Unavailable
from flexiapi.spaces import queries as spaces
from flexiapi.spaces.models import CardDavServer, Space

from . import contact_header, registrar
from .contact_header import Device
from .models import AccountFile, CallForwarding, CardDavCredential, ExternalAccount

log = logging.getLogger(__name__)

CREDENTIALS_DISABLED = "CardDav Credentials features disabled"
TRYOUTS = 3
_BEING_MAILED = timedelta(minutes=10)


class Forwarding(NamedTuple):
    """A call forwarding and the address of its contact, if it has one."""

    type: str
    forward_to: str
    sip_uri: str | None
    contact_username: str | None
    contact_domain: str | None


_ACTIVE_FORWARDING = Statement(
    """SELECT f.type, f.forward_to, f.sip_uri, c.username, c.domain
         FROM call_forwardings f LEFT JOIN accounts c ON c.id = f.contact_id
        WHERE f.account_id = %(id)s AND f.enabled = true
        ORDER BY CASE f.type WHEN 'always' THEN 0 WHEN 'no_answer' THEN 1 ELSE 2 END LIMIT 1""",
    Forwarding,
)


def devices(account: Account) -> dict[str, Device]:
    """The registered devices of an account by their ids; none where the registrar cannot be reached."""
    try:
        return registered(account)
    except registrar.Unreachable as error:
        log.warning("The registrar could not be read: %s", error)
        return {}


def registered(account: Account) -> dict[str, Device]:
    """The registered devices of an account by their ids, the one seen last at the end.

    Raises:
        registrar.Unreachable: nobody can tell.
    """
    contacts = registrar.current().contacts(registrar.address(account.username, account.domain))
    moment = now()
    parsed = (contact_header.parse(text) for text in contacts.values())
    live = [device for device in parsed if device is not None and device.live(moment)]
    live.sort(key=lambda device: device.updated_at.timestamp() if device.updated_at else 0.0)
    return {device.uuid: device for device in live}


def device(account: Account, uuid: str) -> Device:
    """A registered device by its id, with or without the quotes and brackets of SIP.

    Raises:
        NotFound: it is not registered.
        Unavailable: nobody can tell, the registrar cannot be reached (503).
    """
    try:
        found = registered(account).get(contact_header.bare_uuid(uuid))
    except registrar.Unreachable as error:
        log.warning("The registrar could not be read: %s", error)
        raise Unavailable("The registrar cannot be reached") from None
    if found is None:
        raise NotFound
    return found


def external_account(account: Account) -> ExternalAccount:
    """The external account of an account.

    Raises:
        NotFound: it has none.
    """
    found = find_external_account(account)
    if found is None:
        raise NotFound
    return found


def find_external_account(account: Account) -> ExternalAccount | None:
    """The external account of an account, if it has one."""
    return ExternalAccount.objects.filter(account=account).first()


def external_accounts(account_ids: Sequence[int]) -> Sequence[ExternalAccount]:
    """The external accounts of some accounts."""
    return list(ExternalAccount.objects.filter(account__in=account_ids))


def external_address_taken(username: str, domain: str, *, but_of: int) -> bool:
    """Whether another account has this address on a foreign service; all Spaces count."""
    rows = ExternalAccount.objects.filter(username=username, domain=domain)
    return rows.exclude(account_id=but_of).exists()


class ExternalAddresses:
    """What `external_address_taken` says, for many new accounts at once: read in one statement."""

    def __init__(self, usernames: Iterable[str]) -> None:
        rows = ExternalAccount.objects.filter(username__in=list(usernames))
        self._taken = set(rows.values_list("username", "domain"))

    def external_address_taken(self, username: str, domain: str, *, but_of: int) -> bool:
        """Whether an account has this address on a foreign service."""
        return (username, domain) in self._taken


def account_with_credentials(scope: Scope, account_id: int) -> Account:
    """An account whose Space has CardDAV credentials of its accounts switched on.

    Raises:
        Forbidden: they are off in its Space, or, for an account out of reach, in the host's.
        NotFound: it does not exist or lies out of reach.
    """
    found = accounts.visible(scope).filter(pk=account_id).first()
    space = scope.space if found is None else accounts.space_of(found)
    if not space.carddav_user_credentials:
        raise Forbidden(CREDENTIALS_DISABLED)
    if found is None:
        raise NotFound
    return found


def carddav_credentials(account: Account) -> Sequence[CardDavCredential]:
    """All credentials of an account on directories of its Space, by directory."""
    rows = CardDavCredential.objects.filter(account=account, server__space__domain=account.domain)
    return list(rows.select_related("server").order_by("server_id"))


def carddav_servers_without(account: Account) -> Sequence[CardDavServer]:
    """The directories of an account's Space on which it has no credentials yet."""
    servers = CardDavServer.objects.filter(space__domain=account.domain)
    return list(servers.exclude(credentials__account=account).order_by("id"))


def carddav_credential(account: Account, server_id: int) -> CardDavCredential:
    """An account's credentials on one directory.

    Raises:
        NotFound: it has none there.
    """
    rows = CardDavCredential.objects.filter(account=account, server__space__domain=account.domain)
    found = rows.filter(server_id=server_id).select_related("server").first()
    if found is None:
        raise NotFound
    return found


def carddav_server(account: Account, server_id: int) -> CardDavServer:
    """A directory of an account's own Space.

    Raises:
        NotFound: there is none with this id.
    """
    found = CardDavServer.objects.filter(pk=server_id, space__domain=account.domain).first()
    if found is None:
        raise NotFound
    return found


def forwardings(account: Account) -> QuerySet[CallForwarding]:
    """The call forwardings of an account with their contacts, newest first."""
    return CallForwarding.objects.filter(account=account).select_related("contact").order_by("-id")


def active_forwarding(account_id: int) -> Forwarding | None:
    """The enabled forwarding of an account that applies first: `always`, else `no_answer`, else `busy`."""
    return _ACTIVE_FORWARDING.one(id=account_id)


def forwarding(account: Account, forwarding_id: int) -> CallForwarding:
    """A call forwarding of an account with its contact.

    Raises:
        NotFound: the account has none with this id.
    """
    rows = CallForwarding.objects.filter(account=account, pk=forwarding_id).select_related("contact")
    found = rows.first()
    if found is None:
        raise NotFound
    return found


def is_effective_contact(account_id: int, contact_id: int) -> bool:
    """Whether an account has another one among its own contacts or in a list that it sees."""
    direct = Q(contact_of__account_id=account_id)
    listed = Q(list_memberships__contacts_list__viewers__account_id=account_id)
    return Account.objects.filter(direct | listed, pk=contact_id).exists()


def voicemails(account: Account) -> QuerySet[AccountFile]:
    """The voicemails of an account, newest first, places without recording included."""
    return AccountFile.objects.filter(account=account, content_type__startswith="audio/").order_by("-created_at", "-id")


def recordings(account: Account) -> QuerySet[AccountFile]:
    """The voicemails of an account that can be played, newest first."""
    return voicemails(account).filter(uploaded_at__isnull=False, name__isnull=False)


def voicemail(account: Account, file_id: str) -> AccountFile:
    """A voicemail of an account.

    Raises:
        NotFound: the account has none with this id.
    """
    found = voicemails(account).filter(pk=file_id).first()
    if found is None:
        raise NotFound
    return found


def files(ids: Iterable[str]) -> list[AccountFile]:
    """Files by their ids, in the order of the ids."""
    found = {file.pk: file for file in AccountFile.objects.filter(pk__in=list(ids)).select_related("account")}
    return [found[file_id] for file_id in ids if file_id in found]


def empty_slot(scope: Scope, file_id: str) -> AccountFile:
    """A place whose upload is awaited, of an account that the caller administers.

    Raises:
        NotFound: unknown, out of reach, or filled already.
    """
    rows = AccountFile.objects.filter(pk=file_id, uploaded_at__isnull=True, account__in=accounts.visible(scope))
    found = rows.select_related("account").first()
    if found is None:
        raise NotFound
    return found


def downloadable(file_id: str, name: str) -> AccountFile:
    """An uploaded file by its id and stored name, which together are the right to read it.

    Raises:
        NotFound: one of both is wrong.
    """
    found = AccountFile.objects.filter(pk=file_id, uploaded_at__isnull=False).first()
    if found is None or found.name != name:
        raise NotFound
    return found


def files_older_than(days: int) -> QuerySet[AccountFile]:
    """Files and awaited uploads that were created more than `days` days ago."""
    return AccountFile.objects.filter(created_at__lt=now() - timedelta(days=days))


def known_files(words: Sequence[str]) -> set[str]:
    """Those of the words that are the id or the stored name of a file."""
    rows = AccountFile.objects.filter(Q(pk__in=words) | Q(name__in=words)).values_list("pk", "name")
    return {word for row in rows for word in row if word}


def file(file_id: str) -> AccountFile | None:
    """A file with its account, for jobs; None when it is gone."""
    return AccountFile.objects.filter(pk=file_id).select_related("account").first()


def free_to_mail() -> Q:
    """The condition of recordings that nobody is mailing: one whose mailing began in the last ten minutes is taken."""
    return Q(sending_by_mail_at__isnull=True) | Q(sending_by_mail_at__lt=now() - _BEING_MAILED)


def voicemails_to_mail(tryouts: int = TRYOUTS) -> list[str]:
    """The ids of recordings that wait to be mailed: fewer than `tryouts` failures, the account has an address."""
    rows = AccountFile.objects.filter(
        free_to_mail(),
        uploaded_at__isnull=False,
        sent_by_mail_at__isnull=True,
        sending_by_mail_tryouts__lt=tryouts,
        account__email__isnull=False,
    )
    return list(rows.order_by("uploaded_at", "id").values_list("pk", flat=True)[:1000])


def space_of_file(file: AccountFile) -> Space | None:
    """The Space of a file's account."""
    return spaces.by_domain(file.account.domain) if file.account is not None else None
