"""Contact header fields as Flexisip stores them."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from flexiapi.telephony.contact_header import bare_uuid, parse

UUID = "urn:uuid:5c2f3d6e-0000-4000-8000-000000000001"
INSTANCE = f'+sip.instance="<{UUID}>"'


class TestParse:
    def test_reads_what_flexisip_writes(self) -> None:
        device = parse(
            "<sip:bob@192.0.2.1:5061;transport=tls;fs-conn-id=1a2b;callid=c%40x;expires=3600;cseq=20;"
            "updatedAt=1716456517;alias=no;usedAsRoute=no?path=%3Csip:p.example.org%3E&accept=a%2Fb"
            f"&user-agent=LinphoneAndroid%2F5.2.3%20%28Pixel%207%29%20LinphoneSDK%2F5.3>;{INSTANCE};q=1.0"
        )

        assert device is not None
        assert device.uuid == UUID
        assert device.updated_at == datetime(2024, 5, 23, 9, 28, 37, tzinfo=UTC)
        assert device.expires_at == device.updated_at + timedelta(hours=1)
        assert device.user_agent == "LinphoneAndroid/5.2.3 (Pixel 7) LinphoneSDK/5.3"
        assert device.agent_parts == ("LinphoneAndroid", "5.2.3", "Pixel 7")

    @pytest.mark.parametrize(
        "text",
        [
            f'"Alice" <sip:alice@192.0.2.7>;{INSTANCE}',
            f'"Al;ice <home> \\" x" <sip:alice@192.0.2.7>;{INSTANCE}',
            f"Alice Liddell <sip:alice@192.0.2.7>;{INSTANCE};q=0.5",
            f'<sip:alice@192.0.2.7;line="a>b;c">;{INSTANCE}',
            f'<sip:alice@192.0.2.7;{INSTANCE}>;methods="INVITE; <x>"',
            f'<sip:alice@192.0.2.7>;methods="INVITE;+sip.instance=no";{INSTANCE}',
            f"sip:alice@192.0.2.7;{INSTANCE}",
            f"sip:alice@192.0.2.7;transport=tcp?user-agent=x;{INSTANCE}",
            f'<sip:alice@192.0.2.7>;+SIP.Instance="<{UUID}>"',
            f"<sip:alice@192.0.2.7>;+sip.instance={UUID}",
        ],
    )
    def test_tolerates_other_forms(self, text: str) -> None:
        device = parse(text)

        assert device is not None
        assert device.uuid == UUID

    def test_a_bare_address_may_carry_the_additions(self) -> None:
        device = parse(f"sip:alice@192.0.2.7;updatedAt=1716456517;expires=60?user-agent=x%2F1;{INSTANCE}")

        assert device is not None
        assert device.updated_at == datetime(2024, 5, 23, 9, 28, 37, tzinfo=UTC)
        assert device.user_agent == "x/1"

    def test_what_is_missing_stays_empty(self) -> None:
        device = parse(f"<sip:alice@192.0.2.7>;{INSTANCE}")

        assert device is not None
        assert (device.updated_at, device.expires_at, device.user_agent) == (None, None, "")
        assert device.agent_parts == ("", "", "")

    def test_an_unknown_user_agent_is_the_app(self) -> None:
        device = parse(f"<sip:alice@192.0.2.7?User-Agent=Mystery%20Phone>;{INSTANCE}")

        assert device is not None
        assert device.agent_parts == ("Mystery Phone", "", "")

    @pytest.mark.parametrize(
        "text",
        ["", "<", ">", '"', "<sip:a@b>", "sip:a@b;pn-tok=x", '<sip:a@b>;+sip.instance=""', "?;=&", "a\x00<b;c"],
    )
    def test_a_contact_without_an_id_is_no_device(self, text: str) -> None:
        assert parse(text) is None

    @pytest.mark.parametrize("number", ["-1", "9" * 12, "9" * 400, "１２３", "x"])
    def test_absurd_times_are_unknown(self, number: str) -> None:
        device = parse(f"<sip:a@b;updatedAt={number};expires={number}>;{INSTANCE}")

        assert device is not None
        assert device.updated_at is None

    def test_hostile_input_is_read_in_no_time(self) -> None:
        started = time.monotonic()

        for text in (
            "a" * 200_000,
            '"' * 100_001,
            "<" + ";a=" * 50_000,
            f"<sip:a@b?user-agent={'a' * 200_000}>;{INSTANCE}",
        ):
            device = parse(text)
            assert device is None or device.agent_parts

        assert time.monotonic() - started < 5


def test_ids_lose_quotes_and_brackets() -> None:
    assert bare_uuid(f'"<{UUID}>"') == bare_uuid(f"<{UUID}>") == bare_uuid(UUID) == UUID
