"""The import of accounts from a CSV file."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from flexiapi.accounts.models import Account, Password, ProvisioningToken, Tombstone
from flexiapi.auth import digest
from flexiapi.http.dates import now
from flexiapi.http.errors import NotFound
from flexiapi.portal import import_files
from flexiapi.spaces.models import Space
from flexiapi.spaces.services import touch
from flexiapi.telephony.models import ExternalAccount
from tests import factories
from tests.portal.visitor import PageSeen, Visitor
from tests.together import at_once

from .test_accounts import an_administrator

pytestmark = pytest.mark.django_db
PLACE = "/admin/accounts/import"
SHORT = "Username,Password,Role,Status,Phone,Email"
LONG = (
    f"{SHORT},External Username,External Domain,External Password,External Realm, External Registrar,"
    "External Outbound Proxy,External Protocol"
)


@pytest.fixture(autouse=True)
def _kept(data_dir: Path) -> Iterator[None]:
    yield


@pytest.fixture
def space(db: None) -> Space:
    factories.activate_countries("FR")
    return factories.a_space()


@pytest.fixture
def chief(space: Space) -> Visitor:
    return an_administrator(space)


def check(visitor: Visitor, *lines: str, header: str = SHORT, name: str = "accounts.csv", **fields: str) -> PageSeen:
    """Upload a file of these lines."""
    return upload(visitor, "\r\n".join([header, *lines]).encode(), name, **fields)


def upload(visitor: Visitor, content: bytes, name: str = "accounts.csv", **fields: str) -> PageSeen:
    """Upload a file."""
    visitor.open(PLACE)
    return visitor.submit({"csv": SimpleUploadedFile(name, content), **fields}, action=PLACE)


def faults(page: PageSeen) -> list[tuple[str, str]]:
    """The report of a file, by line."""
    assert page.status == 200
    rows = page.dom.xpath("//tbody/tr")
    return [(row.xpath("string(td[1])"), row.xpath("string(td[2])")) for row in rows]


def confirm(visitor: Visitor) -> PageSeen:
    """Import the file that was checked."""
    return visitor.submit(action=f"{PLACE}/handle")


def imported() -> list[str]:
    """The usernames that are there besides the administrator's."""
    return sorted(Account.objects.exclude(username="chief").values_list("username", flat=True))


class TestImport:
    def test_of_the_example(self, chief: Visitor, space: Space, data_dir: Path) -> None:
        assert PLACE in chief.open("/admin/accounts").links()
        assert "/accounts_example.csv" in chief.open(PLACE).links()
        example = chief.open("/accounts_example.csv").answer.body

        page = upload(chief, example)
        assert f"2 accounts will be created in {space.domain}" in page.text
        (kept,) = (data_dir / "imports").iterdir()
        assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)
        assert imported() == []

        page = confirm(chief)

        assert (page.url, page.toasts) == ("/admin/accounts", ["2 accounts were created."])
        anna, bob = (Account.objects.get(username=name) for name in ("anna", "bob"))
        assert (anna.phone, anna.email, anna.activated, anna.admin) == ("+33612345678", "anna@example.com", True, False)
        assert (bob.phone, bob.activated, bob.admin, bob.domain) == (None, False, True, space.domain)
        assert {anna.user_agent, bob.user_agent} == {"CSV Import"}
        stored = Password.objects.get(account=anna)
        assert stored.password == digest.ha1(stored.algorithm, "anna", space.digest.realm, "a good secret")
        assert ProvisioningToken.objects.filter(account__in=[anna, bob], used=False).count() == 2
        outside = ExternalAccount.objects.get()
        assert (outside.account, outside.username, outside.protocol) == (bob, "bob.smith", "TLS")
        assert outside.password == digest.ha1("MD5", "bob.smith", "sip.example.net", "a third secret")
        assert list((data_dir / "imports").iterdir()) == []

    @pytest.mark.parametrize(
        "content",
        [
            f"\ufeff{SHORT}\r\nanna,s3cret s3cret,user,active,,\r\n\r\n",
            SHORT.replace(",", ";") + "\nanna;s3cret s3cret;user;active;;\n",
            SHORT.replace(",", "\t") + "\nanna\ts3cret s3cret\tuser\tactive\t\t\n",
            LONG.replace(", Ext", ",Ext") + '\n"anna", s3cret,user , active ,,,,,,,,,',
        ],
    )
    def test_reads_what_programs_write(self, chief: Visitor, content: str) -> None:
        assert "1 account will be created" in upload(chief, content.encode(), "accounts.TXT").text
        confirm(chief)

        assert imported() == ["anna"]

    def test_of_super_administrators(self, space: Space) -> None:
        visitor = an_administrator(factories.a_super_space())

        assert check(visitor, "anna,s3cret,user,active,,", domain="nowhere.org").error_of("domain")
        check(visitor, "anna,s3cret,user,active,,", domain=space.domain)
        confirm(visitor)

        assert Account.objects.get(username="anna").domain == space.domain


class TestFaults:
    def test_are_told_by_line(self, chief: Visitor, space: Space) -> None:
        factories.an_account(space, "taken", email="taken@example.org", phone="+33612345678")
        Tombstone.objects.create(username="buried", domain=space.domain, created_at=now(), updated_at=now())

        page = check(
            chief,
            "taken,s3cret,user,active,,",
            "buried,s3cret,user,active,,",
            "Upper,s3cret,user,active,,",
            "a,short,boss,on,0612,nobody",
            "bert,s3cret,user,active,+33 6 12 34 56 78,taken@example.org",
            "carla,s3cret,user,active,+491701234567,",
            "dora,s3cret,user,active,+33612345679,dora@example.org",
            "dora,s3cret,user,active,+33612345679,Dora@example.org",
            "emil,s3cret,user,active",
        )

        found = faults(page)
        assert {"Line 2", "Line 3", "Line 4"} <= {line for line, _ in found}
        assert sum(line == "Line 5" for line, _ in found) >= 6
        assert [line for line, _ in found].count("Line 6") == 2
        assert [line for line, _ in found].count("Line 7") == 1
        assert "Line 8" not in dict(found)
        assert [text.partition(" ")[0] for line, text in found if line == "Line 9"] == [
            "dora@example.org",
            "+33612345679",
            "dora",
        ]
        assert ("Line 10", "There are 4 columns instead of 6.") in found
        assert not page.dom.xpath(f"//form[@action='{PLACE}/handle']")
        assert imported() == ["taken"]

    def test_of_external_accounts(self, chief: Visitor, space: Space) -> None:
        ExternalAccount.objects.create(
            account=factories.an_account(space), username="there", domain="example.net", password="0" * 32
        )
        page = check(
            chief,
            "anna,s3cret,user,active,,,x,,,,,,",
            "bert,s3cret,user,active,,,b,example.net,s,example.net,,,TLS",
            "carla,s3cret,user,active,,,c,example.net,s,,,,SCTP",
            "dora,s3cret,user,active,,,there,example.net,s,,,,TLS",
            "emil,s3cret,user,active,,,e,example.net,s,,,,TLS",
            "fred,s3cret,user,active,,,e,example.net,s,,,,TLS",
            "gina,s3cret,user,active,,,,,,,,,",
            "hans,s3cret,user,active,,,,,,,,,",
            header=LONG,
        )

        found = faults(page)
        assert {line for line, _ in found} == {"Line 2", "Line 3", "Line 4", "Line 5", "Line 7"}
        assert ("Line 7", "e@example.net stands in an earlier line too.") in found

    @pytest.mark.parametrize(
        ("content", "fault"),
        [
            (b"Name,Password\nanna,x", "The first line has to name the columns, as the example file does."),
            (b"", "The first line has to name the columns, as the example file does."),
            (SHORT.encode(), "There is no account in this file."),
            (f"{SHORT}\nann\xe9,s3cret,user,active,,".encode("latin-1"), "The file is not encoded in UTF-8."),
            (f"{SHORT}\n".encode() + b'"' + b"x" * 200_000, "The file is no CSV file."),
        ],
    )
    def test_of_the_whole_file(self, chief: Visitor, content: bytes, fault: str) -> None:
        assert fault in [text for _, text in faults(upload(chief, content))]

    def test_room_in_the_space(self, chief: Visitor, space: Space) -> None:
        Space.objects.filter(pk=space.pk).update(max_accounts=2)
        touch(space)

        page = check(chief, *(f"user{number},s3cret,user,active,," for number in range(2)))

        assert faults(page) == [("Whole file", "The file has 2 accounts, and the Space has room for 1.")]

    def test_without_digest(self, chief: Visitor, space: Space) -> None:
        factories.without_digest(space)

        assert faults(check(chief, "anna,s3cret,user,active,,"))[0][0] == "Whole file"

    def test_only_the_first_are_shown(self, chief: Visitor) -> None:
        page = check(chief, *(f"user{number}" for number in range(503)))

        assert len(faults(page)) == 500
        assert "503 faults were found" in page.text
        assert "3 more are not shown." in page.text

    def test_of_the_upload(self, chief: Visitor, data_dir: Path) -> None:
        assert check(chief, name="accounts.xlsx").error_of("csv")
        chief.open(PLACE)
        assert chief.submit({"csv": ""}, action=PLACE).error_of("csv")
        check(chief, "anna")
        assert list((data_dir / "imports").iterdir()) == []


class TestHandle:
    def test_everything_or_nothing(self, chief: Visitor, space: Space, data_dir: Path) -> None:
        check(chief, *(f"user{number},s3cret,user,active,," for number in range(600)))
        factories.an_account(space, "user599")

        page = confirm(chief)

        assert [line for line, _ in faults(page)] == ["Line 601"]
        assert imported() == ["user599"]
        assert list((data_dir / "imports").iterdir()) == []

    def test_room_that_went_meanwhile(self, chief: Visitor, space: Space) -> None:
        check(chief, "anna,s3cret,user,active,,")
        Space.objects.filter(pk=space.pk).update(max_accounts=1)
        touch(space)

        assert faults(confirm(chief)) == [("Whole file", "The file has 1 accounts, and the Space has room for 0.")]
        assert imported() == []

    def test_is_good_once(self, chief: Visitor) -> None:
        seen = check(chief, "anna,s3cret,user,active,,")
        confirm(chief)
        chief.page = seen

        page = confirm(chief)

        assert page.url == PLACE
        assert "not kept any more" in page.error_of("csv")

    def test_one_of_many_takes_it(self, space: Space) -> None:
        bound = {"account_id": 1, "domain": space.domain}
        handle = import_files.keep(SimpleUploadedFile("x.csv", b"x"), **bound)

        def take(_number: int) -> bool:
            try:
                with import_files.taken(handle, **bound) as file:
                    return file.read() == b"x"
            except NotFound:
                return False

        assert sorted(at_once(8, take)) == [False] * 7 + [True]

    def test_is_good_for_an_hour(self, chief: Visitor, data_dir: Path) -> None:
        with time_machine.travel(time.time() - import_files.LIFETIME - 5, tick=False):
            handle = import_files.keep(
                SimpleUploadedFile("x.csv", b"x"), account_id=Account.objects.get().pk, domain=chief.space.domain
            )
        assert self.refused(chief, handle)
        (kept,) = (data_dir / "imports").iterdir()
        os.utime(kept, (0, 0))
        import_files.clear()
        assert list((data_dir / "imports").iterdir()) == []

    def test_is_good_for_its_owner_and_domain(self, chief: Visitor, space: Space) -> None:
        own = Account.objects.get().pk
        content = SimpleUploadedFile("x.csv", f"{SHORT}\nanna,s3cret,user,active,,".encode())
        for account_id, domain in ((own + 1, space.domain), (own, "example.org")):
            assert self.refused(chief, import_files.keep(content, account_id=account_id, domain=domain))
        assert self.refused(chief, "../../etc/passwd")
        assert self.refused(chief, "")

    def refused(self, visitor: Visitor, handle: str) -> bool:
        token = visitor.open(PLACE).dom.xpath("//input[@name='_token']/@value")[0]
        page = visitor._send("POST", f"{PLACE}/handle", {"_token": token, "file_path": handle})
        return bool(page.error_of("csv")) and imported() == []


def test_users_have_none(space: Space) -> None:
    visitor = Visitor(space)
    visitor.let_in(factories.an_account(space))

    assert visitor.open(PLACE).status == 403


def test_statements_grow_with_portions_only(chief: Visitor) -> None:
    with CaptureQueriesContext(connection) as captured:
        check(chief, *(f"user{number},s3cret,user,active,,user{number}@example.org" for number in range(450)))
    assert len(captured) <= 30

    with CaptureQueriesContext(connection) as captured:
        confirm(chief)
    # What listens to new accounts is told of each.
    assert len([query for query in captured if "audit" not in query["sql"]]) <= 60
