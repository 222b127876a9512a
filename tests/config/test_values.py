"""What the variables of an instance become."""

import base64
import dataclasses
import ipaddress
import re
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from flexiapi.config import instance
from flexiapi.config.errors import ConfigurationError
from flexiapi.config.settings import InstanceSettings
from flexiapi.config.variables import variables

KEY = bytes(range(32))
KEY_TEXT = "base64:" + base64.b64encode(KEY).decode()
EARLY = {"APP_KEY", "APP_ENV", "FLEXIAPI_CONFIG_DIR"}
ALL = {variable.name: variable for variable in variables(InstanceSettings)}
ORDINARY = [variable for name, variable in ALL.items() if name not in EARLY]

WRONG = {
    "APP_KEY": ["secret", "base64:c2hvcnQ=", "base64:!!", KEY_TEXT.removeprefix("base64:")],
    "APP_PREVIOUS_KEYS": ["secret", f"{KEY_TEXT},x"],
    "APP_DEBUG": ["perhaps", "2"],
    "APP_ROOT_HOST": ["https://example.org", "exa mple.org", "a/b", "x" * 300],
    "APP_URL": ["example.org", "javascript:alert(1)", "http://", "https://a b"],
    "TERMS_OF_USE_URL": ["ftp://example.org"],
    "ACCOUNT_USERNAME_REGEX": ["[", "(?P<"],
    "APP_RECOVERY_CODE_EXPIRATION_MINUTES": ["-1", "ten", "1.5", "1e3", "9" * 40, "١"],
    "DB_CONNECTION": ["sqlsrv"],
    "DB_PORT": ["0", "65536"],
    "MAIL_DRIVER": ["mailgun"],
    "MAIL_ENCRYPTION": ["rot13"],
    "MAIL_FROM_ADDRESS": ["nobody", "a b@c", "<a@b>"],
    "TRUSTED_PROXIES": ["*", "10.0.0.0/33", "proxy.example.org"],
    "UPLOAD_MAX_BYTES": ["0", "20M", "2147483648"],
    "LOG_CHANNEL": ["slack"],
    "FILESYSTEM_DRIVER": ["ftp"],
    "APP_NAME": ["two\nlines", "x" * 1025],
    "ACCOUNT_DEFAULT_PASSWORD_ALGORITHM": ["bcrypt"],
    "DB_PASSWORD": ["bell\a"],
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in WRONG.items() for text in texts])
def test_a_wrong_value_names_its_variable(load, name, text):
    with pytest.raises(ConfigurationError) as told:
        load(**{name: text})

    sentence = str(told.value)
    assert sentence.startswith(f"{name} must be {ALL[name].kind.expected}")
    assert (text[:80] in sentence or repr(text)[1:80] in sentence) is not ALL[name].secret
    assert len(sentence) < 400


def test_all_wrong_values_are_told_at_once(load):
    with pytest.raises(ConfigurationError, match=r"APP_DEBUG must[^\n]*\nDB_PORT must[^\n]*$"):
        load(DB_PORT="x", APP_DEBUG="x")


def test_secrets_are_declared_as_such():
    telling = re.compile(r"PASSWORD$|_SECRET|SECRET_|_KEY$|_KEYS$|KEYSMAP|REDIS_URL|DATABASE_URL")

    assert [name for name, variable in ALL.items() if telling.search(name) and not variable.secret] == []


def test_secrets_are_not_shown(load):
    shown = repr(load(DB_PASSWORD="hush-hush", APP_KEY=KEY_TEXT, OVH_APP_SECRET="hush-hush"))

    assert "hush" not in shown
    assert repr(KEY) not in shown


class TestConversion:
    @pytest.mark.parametrize("text", ["true", "TRUE", "(true)", "1", "yes", "on", " true ", '"true"'])
    def test_true(self, load, text):
        assert load(APP_DEBUG=text).app_debug is True

    @pytest.mark.parametrize("text", ["false", "False", "(false)", "0", "no", "off", "null", "(null)"])
    def test_false(self, load, text):
        assert load(MAIL_VERIFY_PEER=text).mail_verify_peer is False

    @pytest.mark.parametrize("variable", ORDINARY, ids=lambda variable: variable.name)
    def test_empty_is_unset(self, load, variable):
        unset = load(APP_KEY=KEY_TEXT)

        for text in ("", "  ", "empty", "(empty)", '""'):
            empty = load(**{"APP_KEY": KEY_TEXT, variable.name: text})
            assert getattr(empty, variable.field) == getattr(unset, variable.field)

    def test_null_is_no_value(self, load):
        settings = load(ACCOUNT_REALM="null", APP_RECOVERY_CODE_EXPIRATION_MINUTES="(null)", DB_HOST="null")

        assert settings.account_realm is None
        assert settings.app_recovery_code_expiration_minutes == 0
        assert settings.db_host == "127.0.0.1"
        assert load(LOG_CHANNEL="null").log_channel == "null"
        assert load(SESSION_SECURE_COOKIE="null").session_secure_cookie is None

    @pytest.mark.parametrize("text", ["'a b'", '"a b"', "a b"])
    def test_outer_quotes_are_stripped(self, load, text):
        assert load(MAIL_SIGNATURE=text).mail_signature == "a b"

    def test_lists(self, load):
        settings = load(
            TRUSTED_PROXIES="127.0.0.1, 10.1.2.3/8 ::1",
            ACCOUNT_BLACKLISTED_USERNAMES="admin,^sip.*,,",
            APP_FLEXISIP_PUSHER_FIREBASE_KEYSMAP="id:a:b nothing other:c",
            APP_PREVIOUS_KEYS=f"{KEY_TEXT},{KEY_TEXT}",
        )

        assert settings.trusted_proxies == tuple(map(ipaddress.ip_network, ["127.0.0.1", "10.0.0.0/8", "::1"]))
        assert settings.account_blacklisted_usernames == ("admin", "^sip.*")
        assert settings.app_flexisip_pusher_firebase_keysmap == {"id": "a:b", "other": "c"}
        assert settings.app_previous_keys == (KEY, KEY)

    @pytest.mark.parametrize("text", ["Example.ORG", "example.org:8080", "example.org.", " example.org"])
    def test_hosts_are_bare_and_in_lower_case(self, load, text):
        assert load(APP_ROOT_HOST=text).app_root_host == "example.org"

    @pytest.mark.parametrize(("text", "engine"), [("mariadb", "mysql"), ("PostgreSQL", "pgsql"), ("sqlite3", "sqlite")])
    def test_other_spellings(self, load, text, engine):
        assert load(DB_CONNECTION=text).db_connection == engine

    def test_several_lines(self, folder, load):
        pem = "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----"
        (folder / ".env").write_text(f'JWT_RSA_PUBLIC_KEY_PEM="{pem}"\n')

        assert load().jwt_rsa_public_key_pem == pem


class TestDefaults:
    def test_the_embedded_database(self, folder, load):
        settings = load()

        assert settings.db_connection == "sqlite"
        assert settings.db_database is None
        assert settings.flexiapi_data_dir == folder / "data"

    @pytest.mark.parametrize(("engine", "port"), [("mysql", 3306), ("pgsql", 5432)])
    def test_a_database_server(self, load, engine, port):
        settings = load(DB_CONNECTION=engine)

        assert (settings.db_database, settings.db_username, settings.db_port) == ("flexisip", "flexisip", port)
        assert load(DB_CONNECTION="mysql", DB_DRIVER=engine).db_connection == engine

    def test_mail_is_logged_until_there_is_a_host(self, load):
        assert load().mail_driver == "log"
        assert not load().mail_configured
        assert load(MAIL_HOST="mail.example.org", MAIL_DRIVER="").mail_driver == "smtp"
        assert load(MAIL_HOST="mail.example.org").mail_configured
        assert not load(MAIL_HOST="mail.example.org", MAIL_DRIVER="log").mail_configured

    def test_the_sender_follows_name_and_host(self, load):
        settings = load(APP_NAME="My phones", APP_ROOT_HOST="example.org")

        assert settings.mail_from_address == "noreply@example.org"
        assert settings.mail_from_name == settings.mail_signature == "My phones"
        assert settings.session_cookie == "my_phones_session"

    def test_directories(self, folder, load):
        settings = load(FLEXIAPI_DATA_DIR="elsewhere", FLEXIAPI_CONFIG_DIR="mine")

        assert settings.flexiapi_data_dir == folder / "elsewhere"
        assert settings.flexiapi_config_dir == folder / "mine"
        assert settings.app_mail_templates_path == folder / "mine/mails"
        assert load(FLEXIAPI_DATA_DIR="/srv/x").flexiapi_data_dir == Path("/srv/x")

    def test_s3_needs_a_bucket(self, load):
        with pytest.raises(ConfigurationError, match="AWS_BUCKET must be set"):
            load(FILESYSTEM_DRIVER="s3")

        assert load(FILESYSTEM_DRIVER="s3", AWS_BUCKET="files").aws_bucket == "files"


class TestApplicationKey:
    def test_production_does_not_start_without(self, load):
        with pytest.raises(ConfigurationError, match="APP_KEY must be set in production: run `flexiapi key:generate`"):
            load(APP_ENV="production")

    def test_production_is_the_default(self, folder):
        with pytest.raises(ConfigurationError, match="APP_KEY"):
            instance.load({"FLEXIAPI_CONFIG_DIR": str(folder)}, cwd=folder)

    @pytest.mark.parametrize("environment", ["local", "testing"])
    def test_elsewhere_each_start_has_its_own(self, load, environment):
        first, second = load(APP_ENV=environment), load(APP_ENV=environment)

        assert len(first.app_key) == 32
        assert first.app_key != second.app_key

    def test_keys_of_different_purposes_differ(self, load):
        settings = load(APP_ENV="production", APP_KEY=KEY_TEXT)

        assert settings.app_key == KEY
        assert settings.derived_key("a") == settings.derived_key("a")
        assert len({settings.app_key, settings.derived_key("a"), settings.derived_key("b")}) == 3
        assert len(settings.derived_key("a")) == 32

    def test_derivation_is_hkdf_expand(self, load):
        expected = HKDFExpand(hashes.SHA256(), 32, b"digest").derive(KEY)

        assert load(APP_KEY=KEY_TEXT).derived_key("digest") == expected

    def test_previous_keys_still_read(self, load):
        before = load(APP_KEY=KEY_TEXT)
        after = load(APP_PREVIOUS_KEYS=KEY_TEXT)

        assert after.derived_keys("mail") == (after.derived_key("mail"), before.derived_key("mail"))


class TestFeatures:
    def test_the_captcha_needs_two_real_keys(self, load):
        both = {"HCAPTCHA_SECRET": "0xABC", "HCAPTCHA_SITEKEY": "10000000-ffff"}

        assert load(**both).captcha_enabled
        assert not load(**both, HCAPTCHA_ENABLED="false").captcha_enabled
        assert not load(HCAPTCHA_SECRET="0xABC").captcha_enabled
        assert not load(HCAPTCHA_SECRET="secret-key", HCAPTCHA_SITEKEY="site-key").captcha_enabled

    def test_redis_is_used_once_there_is_a_server(self, load):
        assert not load().redis_configured
        assert load(REDIS_HOST="127.0.0.1").redis_configured
        assert load(REDIS_URL="redis://127.0.0.1/1").redis_configured
        assert load(REDIS_CLIENT="phpredis-sentinel").sentinel
        assert load(REDIS_CLIENT="phpredis-sentinel").redis_configured

    def test_turn_needs_host_secret_and_time(self, load):
        both = {"COTURN_SERVER_HOST": "turn.example.org", "COTURN_STATIC_AUTH_SECRET": "s"}

        assert load(**both).turn_configured
        assert not load(**both, COTURN_SESSION_TTL_MINUTES="0").turn_configured
        assert not load(COTURN_SERVER_HOST="turn.example.org").turn_configured

    def test_sms_needs_all_three_keys(self, load):
        assert not load(OVH_APP_KEY="k").sms_configured
        assert load(OVH_APP_KEY="k", OVH_APP_SECRET="s", OVH_APP_CONSUMER_KEY="c").sms_configured


class TestCurrent:
    def test_override_changes_it_in_every_thread_until_its_end(self):
        seen: list[str | None] = []
        before = instance.current()

        with instance.override(app_root_host="other.example") as changed:
            thread = threading.Thread(target=lambda: seen.append(instance.current().app_root_host))
            thread.start()
            thread.join()
            assert instance.current() is changed

        assert seen == ["other.example"]
        assert instance.current() is before

    def test_an_error_inside_ends_it_too(self):
        before = instance.current()

        with pytest.raises(RuntimeError), instance.override(app_debug=True):
            raise RuntimeError

        assert instance.current() is before

    def test_there_are_no_other_settings(self):
        with pytest.raises(TypeError), instance.override(no_such_setting=1):
            pass

    def test_it_cannot_be_changed(self):
        with pytest.raises(AttributeError):
            instance.current().app_name = "x"


def test_every_setting_is_read_somewhere() -> None:
    package = Path(instance.__file__).parents[1]
    code = "".join(
        file.read_text() for file in package.rglob("*.py") if file.parent.name != "config" or file.stem != "settings"
    )
    derived = {"app_previous_keys"}  # read by `derived_keys`

    fields = {field.name for field in dataclasses.fields(InstanceSettings)}
    assert {name for name in fields if not re.search(rf"\b{name}\b", code)} == derived
