"""The grammar of custom provisioning entries, row by row, and what administrators may set."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flexiapi.spaces.entries import InvalidEntries, accepted, parse, readable, validate, warnings

HANDLED = "Invalid ini format. The following settings cannot be set, they are already handled by the platform: "


def keys(text: str) -> dict[str, str]:
    return parse(f"[s]\n{text}")["s"]


class TestLines:
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_line_ends(self, end):
        assert parse(f"[s]{end}a=1{end}{end}b=2{end}") == {"s": {"a": "1", "b": "2"}}

    def test_byte_order_mark(self):
        assert parse("\ufeff[s]\na=1") == {"s": {"a": "1"}}

    def test_other_separators_end_no_line(self):
        assert keys("a=1\u2028b=2") == {"a": "1\u2028b=2"}

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("; a=1", {}),
            ("  ; a=1", {}),
            ("x=a;b", {"x": "a"}),
            ("x=a ; b", {"x": "a"}),
            ("x=;b", {"x": ""}),
            ('x="a;b" ; c', {"x": "a;b"}),
            ("x='a;b'", {"x": "a;b"}),
            ("x;y=1", {}),
            ("#c=2", {"#c": "2"}),
        ],
    )
    def test_comments(self, text, expected):
        assert keys(text) == expected


class TestSections:
    @pytest.mark.parametrize(
        ("line", "name"),
        [
            ("[name]", "name"),
            ('["name"]', "name"),
            ("['name']", "name"),
            ("[ two  words ]", "two  words"),
            ('[" name "]', "name"),
            ('["a]b"]', "a]b"),
            ("[Name]", "Name"),
            ("[name] whatever = 1", "name"),
            ("  [name]", "name"),
        ],
    )
    def test_name(self, line, name):
        assert parse(f"{line}\nk=1") == {name: {"k": "1"}}

    @pytest.mark.parametrize("line", ["[]", "[ ]", '[""]', "[name", "[na;me]", '["name]', "['name' x]", "[a\x07b]"])
    def test_refused(self, line):
        with pytest.raises(InvalidEntries) as refused:
            parse(f"; first\n{line}\nk=1")
        assert refused.value.message == "Invalid ini format. See line 2."
        assert refused.value.line == 2

    def test_same_section_twice(self):
        assert parse("[a]\nx=1\n[b]\ny=1\n[a]\nz=1") == {"a": {"x": "1", "z": "1"}, "b": {"y": "1"}}
        assert list(parse("[a]\nx=1\n[b]\ny=1\n[a]\nz=1")) == ["a", "b"]

    def test_case_matters(self):
        assert list(parse("[a]\n[A]\n")) == ["a", "A"]

    def test_without_key(self):
        assert parse("[a]\n[b]\nk=1") == {"a": {}, "b": {"k": "1"}}


class TestKeys:
    def test_same_key_twice(self):
        assert list(keys("a=1\nb=2\na=3").items()) == [("a", "3"), ("b", "2")]

    def test_trimmed(self):
        assert keys("  a \t=\t 1") == {"a": "1"}

    def test_without_equals_sign(self):
        assert keys("alone\na=1") == {"a": "1"}

    @pytest.mark.parametrize("key", ["a b", "a.b", "a-b", "a_b", "#a", "a/b", "7", "clé", "Key", "yes please"])
    def test_allowed(self, key):
        assert keys(f"{key}=1") == {key: "1"}

    def test_case_matters(self):
        assert keys("a=1\nA=2") == {"a": "1", "A": "2"}

    @pytest.mark.parametrize(
        "key",
        ["yes", "no", "true", "false", "on", "off", "none", "null", "Yes", "NULL"]
        + [f"a{character}b" for character in '&!(){}|^~"$[']
        + ["k[]", "k[x]", "", "a\x07b"],
    )
    def test_refused(self, key):
        with pytest.raises(InvalidEntries, match=r"^Invalid ini format\. See line 2\.$"):
            keys(f"{key}=1")

    def test_before_the_first_section(self):
        with pytest.raises(InvalidEntries) as refused:
            parse("\na=1\n[s]\nb=2")
        assert refused.value.line == 2


class TestValues:
    @pytest.mark.parametrize(
        ("written", "value"),
        [
            ("", ""),
            ("  ", ""),
            ("  a  b  ", "a  b"),
            ("a  ; comment", "a"),
            *[(word, "1") for word in ("true", "on", "yes", "TRUE", "On", "yEs")],
            *[(word, "") for word in ("false", "off", "no", "none", "null", "FALSE", "None")],
            ("yes ; really", "1"),
            ('"yes"', "yes"),
            ("'no'", "no"),
            ("1.50", "1.50"),
            ("0x1A", "0x1A"),
            ("007", "007"),
            ("-5", "-5"),
            ('"a"', "a"),
            (r'"a\"b"', 'a"b'),
            (r'"a\\b"', r"a\b"),
            (r'"a\n\tb"', r"a\n\tb"),
            (r'"\\\""', '\\"'),
            ('""', ""),
            ("'a\\'", "a\\"),
            ("'say \"hi\"'", 'say "hi"'),
            ('"a" b', "ab"),
            ('"a""b"', "ab"),
            ('a"b"', "ab"),
            ("\"a\"'b'", "ab"),
            ('yes"x"', "yesx"),
            ("a=b", "a=b"),
            ("a!b", "a!b"),
            ("a~b", "a~b"),
            ("a(b)", "a(b)"),
            ("=a", "=a"),
            ("yes please", "yes please"),
            ("5|1", "5|1"),
            ("a&b", "a&b"),
            ("~5", "~5"),
            ("!x", "!x"),
            ("(3|4)", "(3|4)"),
            ("PHP_VERSION", "PHP_VERSION"),
            ("${HOME}", "${HOME}"),
            ('"${HOME}"', "${HOME}"),
            ("it's", "it's"),
            ("é 漢字", "é 漢字"),
        ],
    )
    def test_value(self, written, value):
        assert keys(f"k={written}") == {"k": value}

    @pytest.mark.parametrize(
        "written",
        [
            '"a',
            "'a",
            'a"b',
            '"a\\"',
            '"a" "',
            '"two\nlines"',
            "a\x07b",
            '"\x1b"',
            "a\x7f",
            "\ufffe",
            "\ud800",
        ],
    )
    def test_refused(self, written):
        with pytest.raises(InvalidEntries, match=r"^Invalid ini format\. See line 2\.$"):
            keys(f"k={written}")

    @pytest.mark.parametrize("text", ["; \x00", "[s] \x00", "k \x00", "k=1 ; \ud800"])
    def test_what_no_database_stores_is_refused_in_comments_too(self, text):
        with pytest.raises(InvalidEntries):
            parse(f"[s]\n{text}")


class TestReadable:
    def test_leaves_out_the_lines_at_fault(self):
        found, problems = readable('lost=1\n[a]\nx="1\ny=2\n[\nz=3\n[b]\nw=4')

        assert found == {"a": {"y": "2"}, "b": {"w": "4"}}
        assert [problem.line for problem in problems] == [1, 3, 5]

    @given(st.text(alphabet=st.sampled_from("[]=;\"'\\ \t\nab&$yesno\x00é")))
    def test_never_fails(self, text):
        found, problems = readable(text)
        warnings(text)
        assert all(name and all(values) for name, values in found.items())
        assert all(problem.line >= 1 for problem in problems)


class TestValidate:
    def test_accepts(self):
        assert validate("[misc]\ntransient_provisioning=1") == {"misc": {"transient_provisioning": "1"}}

    @pytest.mark.parametrize("text", ["; nothing", "[s]", "[s]\nalone\n[t]"])
    def test_needs_a_key(self, text):
        with pytest.raises(InvalidEntries) as refused:
            validate(text)
        assert refused.value.message == "Invalid ini format."
        assert refused.value.line is None

    def test_settings_of_the_platform(self):
        with pytest.raises(InvalidEntries) as refused:
            validate("[x]\nmax_account=1\nok=1\n[y]\ncopyright_text=c\nmax_account=2\n[ui]\nsuper=1")
        assert refused.value.message == HANDLED + "max_account, copyright_text, super"

    @pytest.mark.parametrize(
        "key",
        [
            "account_proxy_registrar_address",
            "assistant_disable_qr_code",
            "assistant_hide_create_account",
            "assistant_hide_third_party_account",
            "copyright_text",
            "disable_broadcast_feature",
            "disable_call_recordings_feature",
            "disable_chat_feature",
            "disable_meetings_feature",
            "hide_account_settings",
            "hide_settings",
            "intro_registration_text",
            "max_account",
            "newsletter_registration_address",
            "only_display_sip_uri_username",
            "super",
        ],
    )
    def test_each_key_of_the_platform(self, key):
        with pytest.raises(InvalidEntries) as refused:
            validate(f"[any]\n{key}=1")
        assert refused.value.message == HANDLED + key

    def test_sections_of_the_platform(self):
        with pytest.raises(InvalidEntries) as refused:
            validate("[auth_info_0]\npasswd=x")
        assert refused.value.message == HANDLED + "auth_info_0"


class TestWarnings:
    def test_value_cut_by_a_semicolon(self):
        assert warnings("[proxy_0]\nreg_proxy=<sip:a.org;transport=tls>\nreg_expires=3600 ; an hour") == [
            (2, "The value of reg_proxy ends at the semicolon. Put it in quotes to keep the rest.")
        ]

    @pytest.mark.parametrize("text", ['k="a;b"', 'k="a";b', "k=;b", "k=a", "k", "[s;]", 'k="'])
    def test_silence(self, text):
        assert warnings(text) == []


class TestAccepted:
    def test_leaves_out_what_the_platform_sets_and_what_cannot_be_read(self):
        text = "[ui]\nhide_settings=1\ntheme=dark\n[auth_info_0]\nha1=x\n[empty]\n[sip]\nyes=1\na='\"q\" \\\\'"

        kept, left_out = accepted(text)

        assert validate(kept) == {"ui": {"theme": "dark"}, "sip": {"a": '"q" \\\\'}}
        assert left_out == ["line 8: a key that is a reserved word", "hide_settings", "auth_info_0"]

    def test_nothing_may_be_left(self):
        assert accepted("[ui]\nsuper=1") == (None, ["super"])
        assert accepted("") == (None, [])

    @given(st.text(max_size=200))
    def test_what_is_kept_is_valid_and_says_the_same(self, text):
        kept, _ = accepted(f"[s]\n{text}")

        if kept is not None:
            again = validate(kept)
            found, _ = readable(f"[s]\n{text}")
            for section, keys in again.items():
                assert keys.items() <= found[section].items()
