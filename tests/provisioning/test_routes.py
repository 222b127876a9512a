"""The provisioning routes, from the wire to the database."""

import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from lxml import etree
from PIL import Image
from tests import factories
from tests.api import Api
from tests.portal.visitor import Visitor

from flexiapi.accounts.models import Account, Password, ProvisioningToken
from flexiapi.auth.models import ApiKey, AuthToken, PortalSession
from flexiapi.config import instance
from flexiapi.config.logging import EventStream
from flexiapi.http.dates import now
from flexiapi.operations.models import AuditRecord
from flexiapi.spaces.models import Space

pytestmark = pytest.mark.django_db
HEADER = {"X_Linphone_Provisioning": "1"}


class TestAnonymous:
    def test_needs_the_header_of_any_value(self, api: Api) -> None:
        client = api.on(factories.a_space())

        refused = client.get("/provisioning")
        assert (refused.status, refused.message) == (400, "x-linphone-provisioning header is missing")
        answer = client.get("/provisioning", X_Linphone_Provisioning="")
        assert answer.status == 200
        assert answer.header("Content-Type") == "application/xml"
        assert "ha1" not in answer.text
        assert answer.header("Cache-Control") == "no-store"

    def test_the_instance_may_do_without_the_header(self, api: Api) -> None:
        with instance.override(account_provisioning_use_x_linphone_provisioning_header=False):
            assert api.on(factories.a_space()).get("/provisioning").status == 200

    def test_serves_the_custom_entries_of_the_space(self, api: Api) -> None:
        space = factories.a_space(custom_provisioning_entries="[sip]\nmedia_encryption=srtp\n")

        answer = api.on(space).get("/provisioning", **HEADER)

        assert '<section name="sip"><entry name="media_encryption">srtp</entry></section>' in answer.text


class TestDefaultsOfTheInstance:
    """`ACCOUNT_PROVISIONING_RC_FILE` and `ACCOUNT_PROVISIONING_OVERWRITE_ALL`."""

    def test_the_file_serves_spaces_without_entries_of_their_own(self, api: Api, tmp_path: Path) -> None:
        file = tmp_path / "rc.ini"
        file.write_text("[sip]\nmedia_encryption=srtp\n")
        without, own = factories.a_space(), factories.a_space(custom_provisioning_entries="[sip]\nguess_hostname=1")

        def fetched(space: Space) -> str:
            return api.on(space).get("/provisioning", **HEADER).text

        with instance.override(account_provisioning_rc_file=file):
            assert '<entry name="media_encryption">srtp</entry>' in fetched(without)
            assert "media_encryption" not in fetched(own)
            file.write_text("[sip]\nmedia_encryption=zrtp-or-so\n")
            os.utime(file, (1, 1))
            assert '<entry name="media_encryption">zrtp-or-so</entry>' in fetched(without)
            file.unlink()
            assert "contacts-vcard-list" in fetched(without)

    def test_all_entries_may_be_marked(self, api: Api) -> None:
        account = factories.an_account(factories.a_space(), password="s3cret")

        with instance.override(account_provisioning_overwrite_all=True):
            document = api.as_account(account).get("/provisioning/me", **HEADER)

        entries = etree.fromstring(document.body).findall("{*}section/{*}entry")
        assert {entry.get("overwrite") for entry in entries} == {"true"}


class TestToken:
    def test_provisions_once(self, api: Api) -> None:
        space = factories.a_space()
        account = factories.an_account(space, display_name="Anna O'Reily", activated=False, password="s3cret")
        token = factories.a_token(account)
        url = f"/provisioning/{token.token}"

        assert api.on(space).get(url).status == 400
        assert not Account.objects.get(pk=account.pk).activated
        answer = api.on(space).get(url, **HEADER)

        assert answer.status == 200
        assert f'"Anna O\'Reily" &lt;sip:{account.identifier}&gt;' in answer.text
        assert Password.objects.get(account=account).password in answer.text
        assert Account.objects.get(pk=account.pk).activated
        used = ProvisioningToken.objects.get(pk=token.pk)
        assert (used.used, used.consumed_ip) == (True, "127.0.0.1")
        assert api.on(space).get(url, **HEADER).status == 404

    def test_a_new_token_kills_the_older_ones(self, api: Api) -> None:
        space = factories.a_space()
        account = factories.an_account(space)
        old = factories.a_token(account)

        new = api.as_account(account).get("/api/accounts/me/provision").json["provisioning_token"]

        assert api.on(space).get(f"/provisioning/{old.token}", **HEADER).status == 404
        assert api.on(space).get(f"/provisioning/{new}", **HEADER).status == 200

    def test_expired_is_gone_and_not_consumed(self, api: Api) -> None:
        space = factories.a_space()
        token = factories.a_token(factories.an_account(space), created_at=now() - timedelta(minutes=11))

        with instance.override(app_provisioning_token_expiration_minutes=10):
            answer = api.on(space).get(f"/provisioning/{token.token}", **HEADER)

        assert (answer.status, answer.message) == (410, "Expired")
        assert not ProvisioningToken.objects.get(pk=token.pk).used

    def test_head_and_prefetch_have_no_effect(self, api: Api) -> None:
        space = factories.a_space()
        token = factories.a_token(factories.an_account(space))
        url = f"/provisioning/{token.token}"

        assert api.on(space).send("HEAD", url, **HEADER).status == 200
        assert api.on(space).get(url, Sec_Purpose="prefetch", **HEADER).status == 400
        assert not ProvisioningToken.objects.get(pk=token.pk).used

    def test_a_blocked_account_is_refused_and_keeps_its_token(self, api: Api) -> None:
        space = factories.a_space()
        token = factories.a_token(factories.an_account(space, blocked=True))

        answer = api.on(space).get(f"/provisioning/{token.token}", **HEADER)

        assert (answer.status, answer.message) == (403, "Account blocked")
        assert not ProvisioningToken.objects.get(pk=token.pk).used

    def test_reset_password(self, api: Api) -> None:
        space = factories.a_space()
        account = factories.an_account(space, password="s3cret")
        factories.a_password(account, "s3cret", "MD5")
        before = set(Password.objects.filter(account=account).values_list("password", flat=True))
        token = factories.a_token(account)

        answer = api.on(space).get(f"/provisioning/{token.token}?reset_password=0", **HEADER)

        stored = Password.objects.get(account=account)
        assert stored.password not in before
        assert f'<entry name="ha1">{stored.password}</entry>' in answer.text

    def test_reset_password_ends_every_other_way_in(self, api: Api, django_capture_on_commit_callbacks: Any) -> None:
        """Whoever knows the old password may be why the owner asked for the link."""
        space = factories.a_space()
        account = factories.an_account(space, password="s3cret")
        browser, key = Visitor(space), factories.a_key(account)
        browser.log_in(account, "s3cret")
        AuthToken.objects.create(token="a" * 32, account=account)
        token = factories.a_token(account)

        with django_capture_on_commit_callbacks(execute=True):
            api.on(space).get(f"/provisioning/{token.token}?reset_password", **HEADER)

        assert api.on(space).with_key(key).get("/api/accounts/me").status == 401
        assert browser.open("/dashboard").url == "/login"
        assert not AuthToken.objects.filter(account=account).exists()
        assert AuditRecord.objects.filter(action="password.changed", object=account.identifier).count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_a_reset_ends_what_the_old_password_opened(self, api: Api) -> None:
        space = factories.a_space()
        account = factories.an_account(space, password="s3cret")
        client = api.as_account(account)
        managed = factories.a_key(account, expires_after_last_used_minutes=0)
        PortalSession.objects.create(
            session_key="s" * 64,
            account=account,
            session_data="",
            expire_date=now() + timedelta(hours=1),
            created_at=now(),
            last_seen_at=now(),
        )

        api.on(space).get(f"/provisioning/{factories.a_token(account).token}?reset_password", **HEADER)

        assert client.get("/api/accounts/me").status == 401
        assert api.on(space).using(x_api_key=managed).get("/api/accounts/me").status == 200
        assert ApiKey.objects.count() == 1
        assert not PortalSession.objects.exists()

    @pytest.mark.django_db(transaction=True)
    def test_what_it_changes_is_recorded(self, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        space = factories.a_space()
        account = factories.an_account(space, activated=False)
        token = factories.a_token(account).token
        lines: list[str] = []
        monkeypatch.setattr(EventStream, "record", lambda _, message, **context: lines.append(f"{message} {context}"))

        api.on(space).get(f"/provisioning/{token}?reset_password", **HEADER)

        told = [line.split(" {")[0] for line in lines]
        assert sorted(told) == ["account activated", "password updated", "provisioning token consumed"]
        assert all(account.identifier in line and token not in line for line in lines)
        records = api.as_admin(space).get(f"/api/audit?account={account.identifier}").json["data"]
        assert {"account.activated", "password.changed"} <= {record["action"] for record in records}

    def test_the_host_of_another_space_serves_the_accounts_own(self, api: Api) -> None:
        account = factories.an_account(factories.a_space(), password="s3cret")
        other = factories.a_space(custom_provisioning_entries="[sip]\nfrom=other")

        answer = api.on(other).get(f"/provisioning/{factories.a_token(account).token}", **HEADER)

        assert f"http://{account.domain}/contacts/vcard" in answer.text
        assert "other" not in answer.text

    def test_within_the_grace_its_consumer_gets_it_again(self, api: Api) -> None:
        space = factories.a_space()
        account = factories.an_account(space, password="s3cret")
        token = factories.a_token(account)
        url = f"/provisioning/{token.token}"
        app = api.on(space).using(User_Agent="Linphone/5.5", **HEADER)
        with instance.override(account_provisioning_grace_seconds=60):
            first = app.get(f"{url}?reset_password")
            stored = Password.objects.get(account=account).password

            again = app.get(f"{url}?reset_password")

            assert (first.status, again.status, again.body) == (200, 200, first.body)
            assert Password.objects.get(account=account).password == stored
            assert app.send("HEAD", url).status == 200
            assert app.using(User_Agent="Curious/1.0").get(url).status == 404
            Account.objects.filter(pk=account.pk).update(blocked=True)
            assert app.get(url).status == 403
            Account.objects.filter(pk=account.pk).update(blocked=False)
            ProvisioningToken.objects.update(consumed_ip="192.0.2.1")
            assert app.get(url).status == 404
            ProvisioningToken.objects.update(consumed_ip="127.0.0.1", consumed_at=now() - timedelta(seconds=61))
            assert app.get(url).status == 404
            ProvisioningToken.objects.update(consumed_at=now())
            factories.a_token(account)
            assert app.get(url).status == 404

    def test_garbage_is_not_found(self, api: Api) -> None:
        client = api.on(factories.a_space())

        for token in ("x", "%FF%FE"[:0] + "a" * 3000, "d%C3%A9j%C3%A0", "'--"):
            assert client.get(f"/provisioning/{token}", **HEADER).status == 404


class TestAuthToken:
    def test_provisions_the_device_that_was_let_in(self, api: Api) -> None:
        space = factories.a_space()
        account = factories.an_account(space, password="s3cret", activated=False)
        token = AuthToken.objects.create(token="a" * 32, account=account)
        url = f"/provisioning/auth_token/{token.token}"

        assert api.on(space).get(url).status == 400
        assert api.on(factories.a_space()).get(url, **HEADER).status == 404
        assert account.username in api.on(space).get(url, **HEADER).text
        assert api.on(space).get(url, **HEADER).status == 404
        assert not Account.objects.get(pk=account.pk).activated

    def test_old_or_unattached_tokens_are_kept_and_refused(self, api: Api) -> None:
        space = factories.a_space()
        account = factories.an_account(space)
        AuthToken.objects.create(token="b" * 32)
        AuthToken.objects.create(token="c" * 32, account=account, created_at=now() - timedelta(minutes=6))

        for letter in "bc":
            assert api.on(space).get(f"/provisioning/auth_token/{letter * 32}", **HEADER).status == 404
        assert AuthToken.objects.count() == 2


class TestMe:
    def test_key_and_digest_as_often_as_wanted(self, api: Api) -> None:
        space = factories.a_space()
        account = factories.an_account(space, password="s3cret")
        token = factories.a_token(account)
        client = api.as_account(account)

        assert client.get("/provisioning/me").status == 400
        for _ in range(2):
            answer = client.get("/provisioning/me", **HEADER)
            assert answer.status == 200
            assert "ha1" in answer.text
            assert "contacts-vcard-list" in answer.text
        by_digest = (
            api.on(space).using(X_Linphone_Provisioning="1").digest("GET", "/provisioning/me", account, "s3cret")
        )
        assert by_digest.status == 200
        assert not ProvisioningToken.objects.get(pk=token.pk).used

    def test_authentication_comes_before_the_header(self, api: Api) -> None:
        assert api.on(factories.a_space()).get("/provisioning/me").status == 401

    def test_all_twelve_switches(self, api: Api) -> None:
        account = factories.an_account(factories.a_space(hide_settings=True))

        document = etree.fromstring(api.as_account(account).get("/provisioning/me", **HEADER).body)

        ui = document.find("{*}section[@name='ui']")
        assert ui is not None
        assert len(ui) == 12


class TestQrCode:
    @pytest.mark.parametrize(("query", "suffix"), [("", ""), ("?reset_password", "?reset_password=1"), ("?a=b", "")])
    def test_shows_the_url(self, api: Api, query: str, suffix: str) -> None:
        space = factories.a_space()
        token = factories.a_token(factories.an_account(space))

        answer = api.on(space).get(f"/provisioning/qrcode/{token.token}{query}")

        url = f"http://{space.host}/provisioning/{token.token}{suffix}"
        assert (answer.header("Content-Type"), answer.header("X-Qrcode-URL")) == ("image/png", url)
        picture = Image.open(BytesIO(answer.body))
        assert picture.size == (320, 320)
        assert zxingcpp.read_barcode(picture).text == url
        assert not ProvisioningToken.objects.get(pk=token.pk).used

    def test_svg(self, api: Api) -> None:
        space = factories.a_space()
        token = factories.a_token(factories.an_account(space))

        answer = api.on(space).get(f"/provisioning/qrcode/{token.token}?format=svg")

        assert answer.header("Content-Type") == "image/svg+xml"
        assert etree.fromstring(answer.body).tag.endswith("svg")

    def test_unknown(self, api: Api) -> None:
        assert api.on(factories.a_space()).get("/provisioning/qrcode/nothing").status == 404
