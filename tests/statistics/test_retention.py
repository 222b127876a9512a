"""The end of statistics: by age, and with the account that they are about."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from click.testing import CliRunner
from tests import factories
from tests.api import Api
from tests.statistics.reports import a_call, a_conference, a_message

from flexiapi.accounts.models import Account
from flexiapi.statistics import commands, tasks
from flexiapi.statistics.models import Call, CallDevice, Conference, ConferenceEvent, Message, MessageDevice
from flexiapi.statistics.services import retention

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
DELIVERED = {"last_status": 200, "received_at": "2026-03-01T17:32:29Z"}
LEFT = {"type": "left", "at": "2026-03-01T17:40:00Z"}


def clear(*words: str) -> tuple[int, list[str]]:
    """Exit code and lines of the command."""
    result = CliRunner().invoke(commands.clear_statistics, words)
    return result.exit_code, result.output.splitlines()


@pytest.mark.django_db
class TestByAge:
    @pytest.fixture(autouse=True)
    def _reports(self, api: Api) -> None:
        for age in (40, 31, 29, 0):
            with time_machine.travel(NOW - timedelta(days=age), tick=False):
                proxy = api.as_admin(factories.a_space())
                report_all(proxy, str(age), "alice@d.org", "bob@d.org")

    def test_counts_only(self) -> None:
        with time_machine.travel(NOW, tick=False):
            code, lines = clear("30")

        assert (code, lines) == (0, ["2 calls to delete", "2 messages to delete", "2 conferences to delete"])
        assert Call.objects.count() == Message.objects.count() == Conference.objects.count() == 4

    def test_deletes_with_devices_and_events(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(retention, "_BATCH", 1)
        with time_machine.travel(NOW, tick=False):
            code, lines = clear("30", "--apply")

        assert code == 0
        assert lines == [
            "2 calls in deletion",
            "2 calls deleted",
            "2 messages in deletion",
            "2 messages deleted",
            "2 conferences in deletion",
            "2 conferences deleted",
        ]
        for model in (Call, Message, Conference):
            assert set(model.objects.values_list("pk", flat=True)) == {"29", "0"}
        for model in (CallDevice, MessageDevice, ConferenceEvent):
            assert model.objects.count() == 2

    def test_zero_is_everything_before_now(self) -> None:
        with time_machine.travel(NOW, tick=False):
            assert clear("0", "--apply")[1][1] == "3 calls deleted"

    @pytest.mark.parametrize("days", ["x", "-1", "1.5", "", "100000"])
    def test_needs_a_number(self, days: str) -> None:
        code, _ = clear("--apply", "--", days)

        assert code == 1
        assert Call.objects.count() == 4


def report_all(proxy: Api, name: str, sender: str, recipient: str) -> None:
    """A call, a message and a conference under one id, from one to another."""
    stats = "/api/stats"
    for answer in (
        proxy.post(f"{stats}/calls", a_call(id=name, **{"from": sender, "to": recipient})),
        proxy.patch(f"{stats}/calls/{name}/devices/d", {}),
        proxy.post(f"{stats}/messages", a_message(id=name, **{"from": sender})),
        proxy.patch(f"{stats}/messages/{name}/to/{recipient}/devices/d", DELIVERED),
        proxy.post(f"{stats}/conferences", a_conference(id=name)),
        proxy.post(f"{stats}/conferences/{name}/participants/{sender}/events", LEFT),
    ):
        assert answer.status in (200, 201), answer.text


@pytest.mark.django_db(transaction=True)
class TestWithTheAccount:
    def test_what_it_sent_goes_and_what_it_received_from_elsewhere(self, api: Api) -> None:
        space = factories.a_space()
        alice, bob = (factories.an_account(space, name) for name in ("alice", "bob"))
        proxy = api.as_admin(space)
        report_all(proxy, "sent", address(alice), address(bob))
        report_all(proxy, "from-bob", address(bob), address(alice))
        report_all(proxy, "from-afar", "eve@elsewhere.net", address(alice))
        report_all(proxy, "to-bob", "eve@elsewhere.net", address(bob))

        assert proxy.delete(f"/api/accounts/{alice.pk}").status == 200

        assert set(Call.objects.values_list("pk", flat=True)) == {"from-bob", "to-bob"}
        assert set(CallDevice.objects.values_list("call_id", flat=True)) == {"from-bob", "to-bob"}
        assert set(Message.objects.values_list("pk", flat=True)) == {"from-bob", "from-afar", "to-bob"}
        assert set(MessageDevice.objects.values_list("message_id", flat=True)) == {"from-bob", "to-bob"}
        events = set(ConferenceEvent.objects.values_list("conference_id", flat=True))
        assert events == {"from-bob", "from-afar", "to-bob"}

    def test_by_itself(self, api: Api) -> None:
        alice = factories.an_account(factories.a_space(), "alice")
        report_all(api.as_admin(alice.space), "sent", address(alice), address(alice))

        assert api.as_account(alice).delete("/api/accounts/me").status == 200

        assert not Call.objects.exists()
        assert not MessageDevice.objects.exists()


def address(account: Account) -> str:
    """`user@domain`."""
    return f"{account.username}@{account.domain}"


@pytest.mark.django_db
def test_the_worker_keeps_thirty_days(api: Api) -> None:
    for age in (31, 29):
        with time_machine.travel(NOW - timedelta(days=age), tick=False):
            report_all(api.as_admin(factories.a_space()), str(age), "alice@d.org", "bob@d.org")

    with time_machine.travel(NOW, tick=False):
        tasks.clear_statistics()

    for model in (Call, Message, Conference):
        assert list(model.objects.values_list("pk", flat=True)) == ["29"]
