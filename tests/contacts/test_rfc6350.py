"""The reading of vCards: what is refused, and the form that is stored."""

import pytest

from flexiapi.contacts import rfc6350
from flexiapi.contacts.rfc6350 import Malformed, read

UID = "UID:urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"


def card(*lines: str, version: str = "4.0", fn: str = "FN:Anna", uid: str = UID, end: str = "\n") -> str:
    kept = [line for line in ("BEGIN:VCARD", f"VERSION:{version}", fn, uid, *lines, "END:VCARD") if line]
    return end.join(kept)


@pytest.mark.parametrize("version", ["2.1", "3.0", "4.0"])
def test_a_plain_card_comes_back_byte_for_byte_with_a_final_line_end(version: str) -> None:
    sent = card(
        "N:O'Reily;Anna;;;",
        "TEL;TYPE=work,voice;VALUE=uri:tel:+33612345678",
        'ADR;LABEL="1: rue, \\nParis; é":;;1 rue;Paris;;75000;France',
        "item1.X-ABLABEL:_$!<Other>!$_",
        "NOTE:a\\, b\\; c\\\\ d\\nnext: 😀 \u202eעברית\u202c",
        "BDAY:19960415",
        version=version,
    )

    stored = read(sent)

    assert stored.text == sent + "\n"
    assert stored.uid == "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"
    assert read(stored.text) == stored


def test_what_changes_on_the_way() -> None:
    sent = (
        "\ufeffbegin:vcard\r\n\r\nfn;language=en:Anna\r\nItem1.tel;type=Work:1\r\n\t2\r\n"
        " 3\r\nuid:Some Thing\rVersion:4.0\r\nx-flag\r\nEnd:vCard\r\nBEGIN:VCARD\r\n"
    )

    assert read(sent) == rfc6350.Card(
        "Some Thing",
        "BEGIN:VCARD\nVERSION:4.0\nFN;LANGUAGE=en:Anna\nItem1.TEL;TYPE=Work:123\nUID:Some Thing\nX-FLAG:\nEND:VCARD\n",
    )


def test_a_missing_end_is_supplied() -> None:
    assert read(card().removesuffix("END:VCARD")).text == card() + "\n"


@pytest.mark.parametrize("letter", ["a", "é", "€", "😀"])
def test_long_lines_are_folded_between_characters(letter: str) -> None:
    for length in range(60, 90):
        sent = card(f"NOTE:{letter * length}")

        stored = read(sent)

        assert all(len(line.encode()) <= 75 for line in stored.text.split("\n"))
        assert stored.text.replace("\n ", "") == sent + "\n"
        assert read(stored.text) == stored


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "hello",
        "FN:x",
        "BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR",
        "BEGIN:VCARD",
        card(uid=""),
        card(uid="UID:"),
        card(uid="UID: "),
        card(uid=UID + "\n" + UID),
        card(uid="UID:" + "a" * 256),
        card(fn=""),
        card("FN:Twice"),
        card("VERSION:4.0"),
        card(version="5.0"),
        card(version=""),
        card().replace("END:VCARD", "END:VCALENDAR"),
        card("BEGIN:VCARD"),
        card("N:a;b;c;d"),
        card("N:a;b;c;d\\;e"),
        card("N:;;;;", "N:;;;;"),
        card("ADR:;;;;;"),
        card("KIND:individual", "kind:group"),
        card("NOTE"[:0] + "not a line"),
        card("NO_TE:x"),
        card("TEL;HOME:1"),
        card('TEL;TYPE="open:1'),
        card(";TYPE=x:1"),
        card(":1"),
        card("NOTE:\x01"),
        card("NOTE:\x7f"),
        card("NOTE:\x0b"),
        card("NOTE;ENCODING=B:aGk="),
        card("NOTE;ENCODING=BASE64:aGk=", version="3.0"),
        card("NOTE;ENCODING=X;ENCODING=B:aGk=", version="3.0"),
        card("NOTE;ENCODING=B:aGk=", version="2.1"),
        card("NOTE:" + "a" * rfc6350.LARGEST),
    ],
)
def test_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        read(text)


def test_encodings_that_a_version_has() -> None:
    read(card("PHOTO;ENCODING=b:aGk=", version="3.0"))
    for encoding in ("QUOTED-PRINTABLE", "base64", "8BIT"):
        read(card(f"NOTE;ENCODING={encoding}:aGk", version="2.1"))


@pytest.mark.parametrize(
    "value",
    [
        *("1985", "1985-04", "19850412", "1985-04-12", "--04", "--0412", "--02-29", "---12", "16040304"),
        *("19961022T140000", "1996-10-22T14:00:00Z", "19961022T140000-0500", "--1022T1400", "---22T14"),
        *("T102200", "T1022", "T10", "T-2200", "T--00", "T102200Z", "T102200-0800", "19531015T231000.5Z"),
    ],
)
def test_dates(value: str) -> None:
    read(card(f"BDAY:{value}", f"ANNIVERSARY:{value}", f"DEATHDATE:{value}"))


@pytest.mark.parametrize(
    "value",
    [
        "",
        "yesterday",
        "198504",
        "19850431",
        "1985-13-01",
        "--0230",
        "---32",
        "T25",
        "T1060",
        "1985T",
        "١٩٨٥",
        "85-04-12",
    ],
)
def test_bad_dates(value: str) -> None:
    with pytest.raises(Malformed):
        read(card(f"BDAY:{value}"))


def test_a_date_may_be_told_in_words() -> None:
    read(card("BDAY;VALUE=text:circa 1800"))


def test_text_cannot_leave_its_line() -> None:
    assert rfc6350.escaped("a\\b,c;d\r\ne\nf\rg\x00\x0b\th") == "a\\\\b\\,c\\;d\\ne\\nf\\ng\th"
