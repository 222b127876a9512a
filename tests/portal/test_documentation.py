"""The documentation pages: their anchors, notices, and examples that work."""

import csv
import shlex
from dataclasses import dataclass, field

import pytest

from flexiapi.accounts.models import Account
from flexiapi.operations import openapi, reference
from flexiapi.portal import handbook
from tests import factories
from tests.api import Answer, Api
from tests.portal.visitor import Visitor

pytestmark = pytest.mark.django_db
PAGES = ["/api", "/documentation", "/provisioning/documentation", "/wizard/documentation"]
DOCUMENTS = ["api", "documentation", "provisioning", "wizard"]
EXAMPLES = [
    pytest.param(example, id=f"{name} {number}")
    for name in DOCUMENTS
    for number, example in enumerate(handbook.examples(name))
]


@pytest.fixture
def visitor() -> Visitor:
    """Somebody who is not logged in."""
    return Visitor(factories.a_space())


def anchors(visitor: Visitor, path: str) -> set[str]:
    """The anchors of a page."""
    return set(visitor.open(path).dom.xpath("//main//*[self::h2 or self::h3 or self::h4]/@id"))


class TestPages:
    @pytest.mark.parametrize("path", PAGES)
    def test_have_one_heading_and_contents_that_lead_to_their_sections(self, visitor: Visitor, path: str) -> None:
        page = visitor.open(path)

        assert (page.status, page.url) == (200, path)
        assert page.heading
        links = page.dom.xpath("//*[contains(@class, 'guide-contents')]//nav//a/@href")
        assert links
        assert {link.removeprefix("#") for link in links} <= anchors(visitor, path)
        ids = page.dom.xpath("//@id")
        assert len(ids) == len(set(ids))

    @pytest.mark.parametrize("path", PAGES)
    def test_have_permalinks(self, visitor: Visitor, path: str) -> None:
        page = visitor.open(path)

        for heading in page.dom.xpath("//*[contains(@class, 'guide-text')]//*[self::h2 or self::h3]"):
            assert heading.xpath(f".//a[@href='#{heading.get('id')}']")

    @pytest.mark.parametrize("path", PAGES)
    def test_links_lead_to_pages(self, visitor: Visitor, path: str) -> None:
        page = visitor.open(path)

        for link in page.dom.xpath("//*[contains(@class, 'guide-text')]//a/@href"):
            if link.startswith("/"):
                found = Visitor(visitor.space).open(link.partition("#")[0])
                assert found.status == 200, link

    @pytest.mark.parametrize("path", PAGES)
    def test_examples_are_on_the_host_of_the_page(self, visitor: Visitor, path: str) -> None:
        assert "https://sip.example.org" not in visitor.open(path).answer.text

    def test_the_wizard_s_page_needs_the_panel_and_others_do_not(self) -> None:
        visitor = Visitor(factories.a_space(web_panel=False))

        assert visitor.open("/wizard/documentation").url == "/about"
        assert [visitor.open(path).status for path in PAGES[:3]] == [200, 200, 200]


class TestGuide:
    def test_sections_of_features_that_are_off_say_so(self) -> None:
        on = Visitor(factories.a_space(public_registration=True, phone_registration=True, intercom_features=True))
        off = Visitor(factories.a_space(public_registration=False, phone_registration=False))

        assert not on.open("/documentation").dom.xpath("//p[@class='notice']")
        assert len(off.open("/documentation").dom.xpath("//p[@class='notice']")) == 3
        assert "{notice" not in off.open("/documentation").text

    @pytest.mark.parametrize("path", PAGES[:3])
    def test_links_into_the_portal_need_the_panel(self, path: str) -> None:
        visitor = Visitor(factories.a_space(web_panel=False))

        links = visitor.open(path).dom.xpath("//*[contains(@class, 'guide-text')]//a/@href")

        known = {"/api", "/api/docs", "/api/openapi.json", "/api#about--auth", "/provisioning/documentation"}
        assert {link for link in links if link.startswith("/")} <= known


class TestProvisioning:
    def test_keeps_its_anchors(self, visitor: Visitor) -> None:
        known = {
            *("provisioning", "authentication", "about", "provisioning-xml", "features", "wizard", "endpoints"),
            *("get-provisioning", "get-provisioningme", "get-provisioningauthtokenauthtoken"),
        }

        assert known <= anchors(visitor, "/provisioning/documentation")


class TestReference:
    def test_keeps_its_anchors(self, visitor: Visitor) -> None:
        found = anchors(visitor, "/api")

        assert {"about--auth", "post-wizard", "get-accountsmeapikey", "ping", "get-ping", "statistics"} <= found

    def test_has_every_operation_once_under_its_subject(self) -> None:
        known = openapi.document()
        operations = [
            f"{method.upper()} {path.removeprefix('/api')}"
            for path, item in known["paths"].items()
            for method in item
            if method != "parameters" and not path.startswith("/api/stats/")
        ]

        sections = reference.sections(known)

        assert sorted(each.title for section in sections for each in section.endpoints) == sorted(operations)
        assert [each.anchor for each in sections] == list(dict.fromkeys(each.anchor for each in sections))

    def test_what_belongs_to_no_subject_stands_under_its_room(self) -> None:
        assert reference.section_of("/new_thing", "telephony") == "Telephony"
        assert reference.section_of("/accounts/me/new_thing", "telephony") == "Accounts"

    def test_says_who_may_what_with_which_parameters(self) -> None:
        endpoints = {
            each.title: each for section in reference.sections(openapi.document()) for each in section.endpoints
        }

        creation = endpoints["POST /accounts"]
        assert creation.badge == "Admin"
        username = next(each for each in creation.parameters if each.name == "username")
        assert (username.place, username.required) == ("body", True)
        assert "422" in dict(creation.answers)
        assert endpoints["GET /spaces"].badge == "Super Admin"
        assert endpoints["GET /accounts/me"].badge == "User"
        assert endpoints["GET /ping"].badge == "Public"
        assert endpoints["POST /accounts/public"].deprecated


class TestSlug:
    @pytest.mark.parametrize(
        ("heading", "anchor"),
        [
            ("About & Auth", "about--auth"),
            ("POST /wizard", "post-wizard"),
            ("GET /accounts/me/api_key", "get-accountsmeapikey"),
            ("Provisioning XML", "provisioning-xml"),
        ],
    )
    def test_is_what_others_link_to(self, heading: str, anchor: str) -> None:
        assert handbook.slug(heading) == anchor

    def test_markup_in_a_document_is_shown_and_not_obeyed(self) -> None:
        assert "<script" not in handbook.rendered("## A\n\n<script>alert(1)</script>").html


@dataclass
class Command:
    """What a `curl` command line asks for."""

    method: str = "GET"
    url: str = ""
    user: str = ""
    data: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


def parsed(line: str) -> Command:
    """A command line as curl reads it."""
    words = shlex.split(line.replace("\\\n", " "))
    assert words.pop(0) == "curl"
    found, method = Command(), ""
    while words:
        word = words.pop(0)
        if word == "-X":
            method = words.pop(0)
        elif word == "-H":
            name, _, value = words.pop(0).partition(":")
            found.headers[name.strip()] = value.strip()
        elif word == "-d":
            found.data = words.pop(0).encode()
        elif word == "-u":
            found.user = words.pop(0)
        elif word != "--digest":
            assert not word.startswith("-"), f"what is {word}?"
            found.url = word
    found.method = method or ("GET" if found.data is None else "POST")
    return found


def run(api: Api, command: Command, account: Account, password: str) -> Answer:
    """The answer to a command."""
    path = command.url.removeprefix(handbook.EXAMPLE_HOST)
    assert path.startswith("/"), command.url
    if command.user:
        return api.digest(command.method, path, account, password)
    return api.send(command.method, path, command.data, **{"Accept": "*/*", **command.headers})


class TestExamples:
    def test_there_are_some(self) -> None:
        assert len(EXAMPLES) > 10

    @pytest.mark.parametrize("example", EXAMPLES)
    def test_do_what_they_say(self, api: Api, example: str) -> None:
        space = factories.a_space("sip.example.org")
        alice = factories.an_account(space, "alice", password="a s3cret")
        admin = factories.an_account(space, admin=True)
        values = {
            "MY_KEY": factories.a_key(alice),
            "ADMIN_KEY": factories.a_key(admin),
            "PROVISIONING_TOKEN": factories.a_token(alice).token,
            "PASSWORD": "a s3cret",
        }
        for name, value in values.items():
            example = example.replace(name, value)

        answer = run(api.on(space), parsed(example), alice, "a s3cret")

        assert 200 <= answer.status < 300, answer.text


@pytest.mark.django_db
def test_the_example_of_an_import_has_thirteen_columns(api: Api) -> None:
    answer = api.on(factories.a_space()).get("/accounts_example.csv")

    header, *rows = csv.reader(answer.text.splitlines())
    assert (answer.status, answer.header("Content-Type")) == (200, "text/csv; charset=utf-8")
    assert answer.text.startswith("Username,Password,Role,Status,Phone,Email,External Username,")
    assert header[10] == " External Registrar"
    assert [len(row) for row in (header, *rows)] == [13, 13, 13]
