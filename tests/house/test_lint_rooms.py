"""Each rule of the house can fail, and does not fail on what is allowed."""

import subprocess

import pytest
from scripts import lint_rooms


def findings(path: str, text: str) -> list[str]:
    return [finding.text for finding in lint_rooms.check(path, text)]


class TestRows:
    @pytest.mark.parametrize("furniture", ["api", "pages", "commands", "tasks", "serializers", "api/detail"])
    @pytest.mark.parametrize("code", ["Account.objects.get(pk=1)\n", "Account.objects.create(pk=1)\n"])
    def test_doors_and_serializers_touch_none(self, furniture, code):
        assert findings(f"src/flexiapi/accounts/{furniture}.py", code) != []

    @pytest.mark.parametrize(
        "code",
        [
            "Account.objects.get(pk=1)\n",
            "Account.objects.filter(pk=1).first()\n",
            "Account._default_manager.all()\n",
            "list(Account.objects.exclude(pk=1))\n",
        ],
    )
    @pytest.mark.parametrize("furniture", ["services", "services/creation", "keys"])
    def test_reading_outside_of_queries(self, furniture, code):
        assert findings(f"src/flexiapi/accounts/{furniture}.py", code) != []

    @pytest.mark.parametrize(
        "code",
        [
            "Account.objects.create(pk=1)\n",
            "Account.objects.bulk_create([])\n",
            "Account.objects.filter(pk=1).exclude(used=True).update(used=True)\n",
            "Account.objects.filter(pk=1).delete()\n",
            "Account.objects.select_for_update().get(pk=1)\n",
        ],
    )
    def test_services_write(self, code):
        assert findings("src/flexiapi/accounts/services/creation.py", code) == []

    @pytest.mark.parametrize(
        "path",
        [
            "accounts/queries.py",
            "accounts/queries/pages.py",
            "accounts/models.py",
            "accounts/migrations/0001_initial.py",
            "db/locks.py",
            "operations/doctor.py",
        ],
    )
    def test_reading_where_it_belongs(self, path):
        assert findings(f"src/flexiapi/{path}", "Account.objects.get(pk=1)\n") == []

    def test_doors_of_operations_touch_none(self):
        assert findings("src/flexiapi/operations/pages.py", "Account.objects.get(pk=1)\n") != []

    def test_tests_are_free(self):
        assert findings("tests/accounts/test_create.py", "Account.objects.get(pk=1)\n") == []


class TestSql:
    @pytest.mark.parametrize(
        "code",
        [
            "cursor.execute('SELECT 1')\n",
            "connection.cursor()\n",
            "connections['default'].cursor()\n",
            "RawSQL('1', [])\n",
        ],
    )
    def test_by_hand(self, code):
        assert findings("src/flexiapi/accounts/services.py", code) != []
        assert findings("src/flexiapi/accounts/queries.py", code) == []

    def test_pipelines_and_compiled_statements_are_not_sql(self):
        assert findings("src/flexiapi/telephony/registrar.py", "pipeline.execute()\n") == []
        assert findings("src/flexiapi/auth/keys.py", "_USED.execute(id=1)\n") == []


class TestNames:
    @pytest.mark.parametrize(
        "path",
        [
            "src/flexiapi/accounts/utils.py",
            "src/flexiapi/http/helpers/text.py",
            "src/flexiapi/accounts/date_helper.py",
            "tests/common.py",
            "src/flexiapi/spaces/manager.py",
        ],
    )
    def test_vague_path(self, path):
        assert findings(path, "") != []

    @pytest.mark.parametrize("name", ["AccountManager", "DateUtils", "TokenHelper", "Common"])
    def test_vague_class(self, name):
        assert findings("src/flexiapi/accounts/models.py", f"class {name}:\n    pass\n") != []

    def test_name_of_the_product(self):
        assert findings("deploy/debian/flexisip-account-manager.service", "") == []


class TestLength:
    @pytest.mark.parametrize("name", ["src/flexiapi/a.py", "src/flexiapi/a.html", "tests/a.py"])
    def test_past_400_lines(self, name):
        assert findings(name, "\n" * 401) != []
        assert findings(name, "\n" * 400) == []

    def test_data_may_be_long(self):
        assert findings("requirements/runtime.txt", "\n" * 2000) == []
        assert findings("src/flexiapi/accounts/migrations/0001_initial.py", "\n" * 500) == []


class TestWords:
    @pytest.mark.parametrize(
        "text",
        [
            "[" + "seed]",
            "[" + "decide]",
            "as the " + "reference does",
            "see /wo" + "rk/main",
            "see /ho" + "me/someone/x",
            "issue " + "#12",
            "fixes " + "#12",
            "see chapter " + "6",
            "see \N{SECTION SIGN}4.4",
            "TO" + "DO later",
            "--index" + "-url https://x",
            "https://files.py" + "thonhosted.org/x",
        ],
    )
    @pytest.mark.parametrize("path", ["docs/a.md", "src/flexiapi/a.txt", "deploy/nginx/a.conf", "Makefile"])
    def test_forbidden(self, path, text):
        assert findings(path, f"first line\n{text}\n") != []

    @pytest.mark.parametrize(
        "text",
        [
            "RFC 7616 §3.4 says so",
            "<a href=https://linphone.org>",
            "a preferential treatment",
            "issues a token",
        ],
    )
    def test_allowed(self, text):
        assert findings("docs/a.md", text) == []

    def test_line_is_told(self):
        (finding,) = lint_rooms.check("docs/a.md", "one\ntwo [" + "seed]\n")

        assert str(finding).startswith("docs/a.md:2: ")


def test_broken_python_is_told():
    assert findings("src/flexiapi/a.py", "def:\n") != []


def test_new_files_are_checked_before_they_are_added(tmp_path):
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / ".gitignore").write_text("ignored.md\n")
    (tmp_path / "ignored.md").write_text("")
    (tmp_path / "new.md").write_text("")

    assert lint_rooms.tracked(tmp_path) == [".gitignore", "new.md"]
