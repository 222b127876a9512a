"""DELETE /api/spaces/{domain}: everything that hangs on a Space goes the way of its accounts."""

import threading
from collections.abc import Iterator

import pytest
from django.db import connection
from tests import factories
from tests.api import Api

from flexiapi.accounts import events
from flexiapi.accounts.models import Account, Tombstone
from flexiapi.accounts.services import spaces
from flexiapi.contacts.models import ContactsList
from flexiapi.http.dates import now
from flexiapi.spaces.events import SpaceDeleted, space_deleted
from flexiapi.spaces.models import CardDavServer, DigestConfiguration, EmailServer, Space
from flexiapi.statistics.models import Call
from flexiapi.telephony.models import ExternalAccount


@pytest.fixture
def deleted() -> Iterator[list[events.AccountDeleted]]:
    """The deletions that are announced."""
    found: list[events.AccountDeleted] = []
    events.account_deleted.connect(found.append)
    yield found
    events.account_deleted._receivers.remove(found.append)


@pytest.mark.django_db
class TestDelete:
    def test_takes_everything_along(
        self, api: Api, deleted: list[events.AccountDeleted], django_capture_on_commit_callbacks: object
    ) -> None:
        space, other = factories.a_space(), factories.a_space()
        kept = factories.an_account(other, "anna")
        account = factories.an_account(space, "anna", password="s3cret")
        external = ExternalAccount.objects.create(
            account=account, username="ext", domain="ext.example.net", password="", algorithm="MD5", protocol="UDP"
        )
        for sender in (account, kept):
            Call.objects.create(
                id=f"call-of-{sender.pk}",
                from_username=sender.username,
                from_domain=sender.domain,
                to_username="x",
                to_domain="example.net",
                initiated_at=now(),
            )
        CardDavServer.objects.create(space=space, uri="https://dav.example.org")
        EmailServer.objects.create(space=space, host="mail.example.org", port=25)
        ContactsList.objects.create(space=space, title="Team", description="")
        gone: list[SpaceDeleted] = []
        space_deleted.connect(gone.append)

        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            answer = api.as_super_admin().delete(f"/api/spaces/{space.domain}")

        space_deleted._receivers.remove(gone.append)
        assert (answer.status, answer.text) == (200, "1")
        assert not Space.objects.filter(pk=space.pk).exists()
        for model in (CardDavServer, EmailServer, ContactsList):
            assert not model._default_manager.exists()
        assert not DigestConfiguration.objects.filter(space_id=space.pk).exists()
        assert not Account.objects.filter(domain=space.domain).exists()
        assert Tombstone.objects.filter(username="anna", domain=space.domain).exists()
        assert list(Call.objects.values_list("id", flat=True)) == [f"call-of-{kept.pk}"]
        assert [(each.identifier, each.external_account) for each in deleted] == [
            (f"anna@{space.domain}", (external.pk, "ext", "ext.example.net"))
        ]
        assert gone == [SpaceDeleted(space.pk, space.domain, space.host, None)]
        assert Account.objects.filter(pk=kept.pk).exists()
        assert api.on(space).get("/api/ping").status == 404

    def test_goes_on_in_batches(self, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(spaces, "BATCH", 2)
        space = factories.a_space()
        for _ in range(5):
            factories.an_account(space)

        assert api.as_super_admin().delete(f"/api/spaces/{space.domain}").text == "1"

        assert Tombstone.objects.filter(domain=space.domain).count() == 5
        assert not Account.objects.filter(domain=space.domain).exists()

    def test_an_unknown_one_is_none(self, api: Api) -> None:
        answer = api.as_super_admin().delete("/api/spaces/nowhere.example.org")

        assert (answer.status, answer.text) == (200, "0")

    def test_nobody_deletes_the_own_space(self, api: Api) -> None:
        home = factories.a_super_space()
        other = factories.a_space()

        for client in (api.as_super_admin(), api.as_super_admin(on=other)):
            answer = client.delete(f"/api/spaces/{home.domain}")
            assert (answer.status, answer.message) == (403, "The own Space cannot be deleted")
        assert Account.objects.filter(domain=home.domain).count() == 2

    def test_deletes_on_the_space_s_own_host_and_when_expired(self, api: Api) -> None:
        space = factories.a_space(expire_at=now())
        there = factories.a_space()

        assert api.as_super_admin().delete(f"/api/spaces/{space.domain}").text == "1"
        assert api.as_super_admin(on=there).delete(f"/api/spaces/{there.domain}").text == "1"


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_accounts_made_meanwhile_go_too_or_are_refused(self, api: Api) -> None:
        space = factories.a_space()
        for _ in range(10):
            factories.an_account(space)
        admin, super_admin = api.as_admin(space), api.as_super_admin()
        statuses: list[int] = []

        def create() -> None:
            try:
                for number in range(5):
                    body = {"username": f"late{number}", "password": "s3cret"}
                    statuses.append(admin.post("/api/accounts", body).status)
            finally:
                connection.close()

        thread = threading.Thread(target=create)
        thread.start()
        answer = super_admin.delete(f"/api/spaces/{space.domain}")
        thread.join()

        assert answer.text == "1"
        assert len(statuses) == 5
        assert set(statuses) <= {200, 401, 404}
        assert not Account.objects.filter(domain=space.domain).exists()
        assert not Space.objects.filter(pk=space.pk).exists()
