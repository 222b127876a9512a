"""What the walk finds: a Space with one of everything, and a caller of each kind."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection

from flexiapi.accounts import models as accounts
from flexiapi.accounts.models import Account
from flexiapi.auth import keys
from flexiapi.auth.models import AuthToken, PortalSession
from flexiapi.contacts.models import Contact, ContactsList, ContactsListMember, ContactsListViewer, Vcard
from flexiapi.http.dates import now
from flexiapi.intercom.models import AccountAction, AccountType, AccountTypeMembership, DictionaryEntry
from flexiapi.messaging.models import Delivery
from flexiapi.spaces.models import CardDavServer, EmailServer, Space
from flexiapi.statistics import models as statistics
from flexiapi.telephony.models import AccountFile, CallForwarding, CardDavCredential, ExternalAccount
from tests import factories
from tests.api import Api

CALLERS = (
    "anonymous",
    "user",
    "administrator",
    "foreign administrator",
    "blocked administrator",
    "super administrator",
)

VCARD = "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:{uid}\r\nFN:Somebody\r\nEND:VCARD\r\n"


@dataclass
class World:
    """The rows that paths name."""

    space: Space
    foreign: Space
    owner: Account
    contact: Account
    stranger: Account
    callers: dict[str, str | None]
    values: dict[str, Any]

    def client(self, caller: str) -> Api:
        """The client of a caller on the host of the Space."""
        key = self.callers[caller]
        client = Api(host=self.space.host)
        return client.with_key(key) if key else client

    def at_home(self) -> Api:
        """The administrator of the other Space, on its own host."""
        return Api(host=self.foreign.host).with_key(self.callers["foreign administrator"] or "")

    def path(self, template: str, values: dict[str, Any]) -> str:
        """The path of a route, with the names of its parameters replaced by what is there."""
        known = {**self.values, **values}
        return template.format(**{name: _value(value, self) for name, value in known.items()})


def _value(value: Any, world: World) -> Any:
    return value(world) if isinstance(value, Callable) else value  # type: ignore[arg-type]


def a_world() -> World:
    """One of everything, owned by the user of the Space."""
    space = factories.a_space(intercom_features=True, carddav_user_credentials=True)
    foreign = factories.a_space(intercom_features=True, carddav_user_credentials=True)
    owner = factories.an_account(
        space, password="s3cret", email="owner@example.org", dtmf_protocol="sipinfo", activated=True
    )
    contact = factories.an_account(space, email="contact@example.org")
    stranger = factories.an_account(space)
    accounts_of = {
        "user": owner,
        "administrator": factories.an_account(space, admin=True),
        "foreign administrator": factories.an_account(foreign, admin=True),
        "blocked administrator": factories.an_account(space, admin=True, blocked=True),
        "super administrator": factories.an_account(factories.a_super_space(), admin=True),
    }
    callers: dict[str, str | None] = {name: factories.a_key(account) for name, account in accounts_of.items()}
    return World(
        space=space,
        foreign=foreign,
        owner=owner,
        contact=contact,
        stranger=stranger,
        callers={"anonymous": None, **callers},
        values=_things(space, owner, contact, stranger),
    )


def _things(space: Space, owner: Account, contact: Account, stranger: Account) -> dict[str, Any]:
    moment = now()
    card = f"urn:uuid:{uuid.uuid4()}"
    kind = AccountType.objects.create(key="walker")
    AccountTypeMembership.objects.create(account=owner, account_type=kind)
    contacts_list = ContactsList.objects.create(space=space, title="Walk", description="")
    ContactsListMember.objects.create(contact=contact, contacts_list=contacts_list)
    ContactsListViewer.objects.create(account=owner, contacts_list=contacts_list)
    Contact.objects.create(account=owner, contact=contact)
    Vcard.objects.create(account=owner, uuid=card, vcard=VCARD.format(uid=card))
    DictionaryEntry.objects.create(account=owner, key="color", value="blue")
    ExternalAccount.objects.create(account=owner, username="out", domain="sip.example.net", password="0" * 32)
    EmailServer.objects.create(space=space, host="mail.example.org", port=25)
    server = CardDavServer.objects.create(space=space, uri="https://dav.example.org/")
    CardDavCredential.objects.create(
        server=server, account=owner, username="u", password="0" * 32, realm="r", algorithm="MD5"
    )
    slot = AccountFile.objects.create(id=str(uuid.uuid4()), account=owner, content_type="audio/wav")
    call = statistics.Call.objects.create(
        id="walk-call",
        from_username=owner.username,
        from_domain=owner.domain,
        to_username=contact.username,
        to_domain=contact.domain,
        initiated_at=moment,
    )
    statistics.Message.objects.create(
        id="walk-message", from_username=owner.username, from_domain=owner.domain, sent_at=moment, encrypted=False
    )
    statistics.Conference.objects.create(id="walk-conference", started_at=moment)
    return {
        "account_id": owner.pk,
        "sip": owner.identifier,
        "email": owner.email,
        "domain": space.domain,
        "server_id": server.pk,
        "contact_id": contact.pk,
        "contact_sip": contact.identifier,
        "stranger_id": stranger.pk,
        "list_id": contacts_list.pk,
        "other_list_id": ContactsList.objects.create(space=space, title="Other", description="").pk,
        "type_id": kind.pk,
        "other_type_id": AccountType.objects.create(key="runner").pk,
        "action_id": AccountAction.objects.create(account=owner, key="open", code="1#").pk,
        "key": "color",
        "card_uuid": card,
        "forwarding_id": CallForwarding.objects.create(
            account=owner, type="always", forward_to="voicemail", enabled=True
        ).pk,
        "file_id": slot.pk,
        "code": "FR",
        "phone": "+33612345678",
        "delivery_id": Delivery.objects.create(
            space=space,
            account=owner,
            kind="sms",
            template="validation",
            locale="en",
            recipient="+33612345678",
            payload={"text": "Your X validation code is 4711."},
            state="failed",
        ).pk,
        "session": PortalSession.objects.create(
            session_key=keys.random_text(64),
            session_data="",
            expire_date=moment + timedelta(hours=1),
            account_id=owner.pk,
            created_at=moment,
            last_seen_at=moment,
        ).handle,
        "call_id": call.pk,
        "message_id": "walk-message",
        "conference_id": "walk-conference",
        "device_id": "device",
        "to": contact.identifier,
        "uri": contact.identifier,
        "uuid": "device",
        "provisioning_token": factories.a_token(owner).token,
        "attached_token": AuthToken.objects.create(account=owner, token=keys.random_text(32), ip="127.0.0.1").token,
        "free_token": AuthToken.objects.create(token=keys.random_text(32), ip="127.0.0.1").token,
        "creation_token": accounts.AccountCreationToken.objects.create(
            token=keys.random_text(13), used=False, ip="127.0.0.1"
        ).token,
        "request_token": accounts.AccountCreationRequestToken.objects.create(
            token=keys.random_text(13), used=False, validated_at=moment, ip="127.0.0.1"
        ).token,
    }


_BOOKKEEPING = {"api_keys", "django_migrations", "sqlite_sequence"}


def contents() -> dict[str, list[str]]:
    """Every row of every table but the use of API keys."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(set(connection.introspection.table_names(cursor)) - _BOOKKEEPING):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found[table] = sorted(map(repr, cursor.fetchall()))
    return found
