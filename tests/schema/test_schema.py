"""The tables are what operators' and Flexisip's own SQL expects, on every engine.

After a wanted change of the models: `make schema-snapshot`, once with each engine's `DB_CONNECTION`.
"""

import json
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models

from tests.schema import introspection

pytestmark = pytest.mark.django_db

SNAPSHOTS = Path(__file__).parent


def test_migrated_database_is_the_committed_one(request: pytest.FixtureRequest) -> None:
    snapshot = SNAPSHOTS / f"{connection.vendor}.json"
    found = introspection.read()
    if request.config.getoption("--rewrite-schema", default=False):
        snapshot.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")

    assert found == json.loads(snapshot.read_text())


def test_every_model_has_its_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_foreign_key_cascades() -> None:
    targets = [
        f"{table}.{column} -> {target}"
        for table, content in introspection.read().items()
        for column, target in content["foreign_keys"].items()
    ]

    assert len(targets) > 30
    assert [target for target in targets if not target.endswith("on delete cascade")] == []


def test_names_that_flexisip_and_operators_query() -> None:
    tables = introspection.read()

    for table, columns in {
        "accounts": "id username domain email phone activated blocked display_name",
        "passwords": "account_id password algorithm",
        "external_accounts": "id account_id username domain password algorithm realm registrar outbound_proxy protocol",
        "contacts": "account_id contact_id",
        "contacts_lists": "id title",
        "account_contacts_list": "account_id contacts_list_id",
        "contacts_list_contact": "contact_id contacts_list_id",
    }.items():
        assert set(columns.split()) <= set(tables[table]["columns"])


def test_deleting_a_space_by_sql_takes_everything_below_along() -> None:
    below = _models_below("spaces")
    assert len(below) > 25
    made: dict[type[models.Model], models.Model] = {}
    for model in below:
        _make(model, made)
    space = made[apps.get_model("spaces", "Space")]

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM spaces WHERE id = %s", [space.pk])

    left = [model._meta.db_table for model in below if model._default_manager.exists()]
    assert left == []


def test_a_row_inserted_by_sql_gets_the_defaults() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO spaces (domain, host, name) VALUES ('sip.example.org', 'example.org', 'E')")
        cursor.execute(
            """INSERT INTO accounts (username, domain, ip_address, user_agent, created_at)
               VALUES ('anna', 'sip.example.org', '', '', '2026-01-01 00:00:00')"""
        )
        cursor.execute("INSERT INTO passwords (account_id, password) SELECT id, 'x' FROM accounts")

    space = apps.get_model("spaces", "Space").objects.get()
    assert (space.super, space.web_panel, space.unique_email, space.max_accounts) == (False, True, True, 0)
    account = space.accounts.get()
    assert (account.activated, account.blocked, account.admin) == (False, False, False)
    assert account.passwords.get().algorithm == "MD5"


def test_secrets_are_told_apart_by_case() -> None:
    made: dict[type[models.Model], models.Model] = {}
    token = apps.get_model("accounts", "ProvisioningToken")
    _make(token, made)
    token.objects.update(token="abcDEF")

    assert token.objects.filter(token="abcDEF").exists()
    assert not token.objects.filter(token="ABCdef").exists()


def test_fresh_database_knows_countries_and_account_types() -> None:
    countries = apps.get_model("accounts", "PhoneCountry").objects
    types = apps.get_model("intercom", "AccountType").objects

    assert countries.get(code="FR").country_code == "33"
    assert countries.filter(code__in=["XK", "AC", "TA"]).count() == 3
    assert not countries.filter(activated=True).exists()
    assert set(types.values_list("key", flat=True)) >= {
        "device_audio_intercom",
        "device_video_intercom",
        "device_security_camera",
        "device_internal_unit",
    }


def _models_below(table: str) -> list[type[models.Model]]:
    """The models whose rows hang on a table's by foreign keys, nearest first."""
    found: list[type[models.Model]] = []
    tables = {table}
    while True:
        more = [
            model
            for model in apps.get_models()
            if model not in found
            and any(
                field.related_model and field.related_model._meta.db_table in tables  # type: ignore[union-attr]
                for field in model._meta.concrete_fields
            )
        ]
        if not more:
            return found
        found += more
        tables |= {model._meta.db_table for model in more}


def _make(model: type[models.Model], made: dict[type[models.Model], models.Model]) -> models.Model:
    """A row with a value in every column that needs one, and with every row that it refers to."""
    if model in made:
        return made[model]
    values: dict[str, object] = {}
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey):
            values[field.name] = _make(field.related_model, made)
        elif isinstance(field, models.AutoField) or field.has_default() or field.null:
            continue
        elif isinstance(field, models.DateTimeField):
            values[field.name] = "2026-01-01T00:00:00Z"
        elif isinstance(field, models.IntegerField):
            values[field.name] = 1
        else:
            values[field.name] = "x"
    made[model] = model._default_manager.create(**values)
    return made[model]
