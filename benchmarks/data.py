"""What the bench measures on: some Spaces and accounts, made by the product's own services."""

import json
import sys

import django

_PORTION = 10_000
_COMPLETE = 2_000
"""So many accounts have passwords and provisioning tokens."""


def build(accounts: int) -> dict[str, str | int]:
    """Fill an empty, migrated database; returns what the load needs to know."""
    from django.core.management import call_command  # noqa: PLC0415 after django.setup()

    from flexiapi.accounts.models import Account, Password, ProvisioningToken  # noqa: PLC0415
    from flexiapi.accounts.services.administrators import create_administrator  # noqa: PLC0415
    from flexiapi.auth import digest, keys  # noqa: PLC0415
    from flexiapi.auth.session_store import SessionStore  # noqa: PLC0415
    from flexiapi.auth.sessions import cookie_name  # noqa: PLC0415
    from flexiapi.http.dates import now  # noqa: PLC0415
    from flexiapi.spaces.services import create_space  # noqa: PLC0415
    from flexiapi.statistics.models import Call  # noqa: PLC0415

    call_command("migrate", interactive=False, verbosity=0)
    domain = "sip.example.org"
    create_space(domain=domain, host=domain, name="Bench", super=True)
    for number in range(50):
        create_space(domain=f"sip{number}.example.org", host=f"sip{number}.example.org", name=f"Bench {number}")
    admin_key = create_administrator(username="admin", domain=domain, password="bench", key_ip=None)
    moment = now()
    for first in range(0, accounts, _PORTION):
        Account.objects.bulk_create(
            [
                Account(
                    username=f"user{number}",
                    domain=domain,
                    activated=True,
                    ip_address="127.0.0.1",
                    user_agent="bench",
                    created_at=moment,
                    updated_at=moment,
                )
                for number in range(first, min(accounts, first + _PORTION))
            ],
            batch_size=500,
        )
    # The rest is for their number alone.
    complete = [f"user{number}" for number in range(min(accounts, _COMPLETE))]
    ha1s = {name: digest.ha1("SHA-256", name, domain, "bench") for name in complete}
    ids = dict(Account.objects.filter(username__in=complete).values_list("username", "id"))
    Password.objects.bulk_create(
        [Password(account_id=ids[name], password=ha1, algorithm="SHA-256") for name, ha1 in ha1s.items()],
        batch_size=500,
    )
    ProvisioningToken.objects.bulk_create(
        [ProvisioningToken(account_id=account_id, token=keys.random_text(13)) for account_id in ids.values()],
        batch_size=500,
    )
    Call.objects.create(
        id="0" * 64,
        from_username="user1",
        from_domain=domain,
        to_username="user2",
        to_domain=domain,
        initiated_at=moment,
    )
    name = complete[len(complete) // 2]
    for number in range(3):
        Call.objects.create(
            id=f"{number:064x}".replace("0", "f", 1),
            from_username=name,
            from_domain=domain,
            to_username=f"user{number}",
            to_domain=domain,
            initiated_at=moment,
        )
    admin = Account.objects.get(username="admin")

    def cookie(account_id: int) -> str:
        session = SessionStore()
        session.update({"account_id": account_id, "method": "password"})
        session.save()
        return f"{cookie_name()}={session.session_key}"

    return {
        "cookie": cookie(ids[name]),
        "admin_cookie": cookie(admin.pk),
        "last_id": Account.objects.latest("id").pk,
        "host": domain,
        "username": name,
        "ha1": ha1s[name],
        "user_key": keys.issue_personal_key(ids[name], ip=None),
        "admin_key": admin_key,
    }


if __name__ == "__main__":
    django.setup()
    sys.stdout.write(json.dumps(build(int(sys.argv[1]))))
