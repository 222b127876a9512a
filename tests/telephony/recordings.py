"""Recordings, and the body that Flexisip 2.7 uploads one with."""

from pathlib import Path

from tests.api import Answer, Api

from flexiapi.accounts.models import Account

WAV = b"RIFF\x24\x08\x00\x00WAVEfmt " + bytes(range(256)) * 8
OPUS = b"OggS\x00\x02" + bytes(20) + b"\x01\x13" + b"OpusHead\x01\x02" + bytes(300)

FLEXISIP = 'multipart/form-data; boundary="simple boundary"'
NAME = "/var/lib/flexisip/voicemail/" + "0a" * 32 + ".wav"


def body(
    content: bytes, *, name: str = NAME, field: str = "file", end: bytes = b"\r\n--simple boundary--\r\n"
) -> bytes:
    """The part as Flexisip writes it: a CRLF too much follows the content."""
    return (
        b"--simple boundary\r\n"
        b'Content-Disposition: form-data; name="' + field.encode() + b'"; filename="' + name.encode() + b'"\r\n'
        b"Content-Type: audio/wav\r\n\r\n" + content + b"\r\n" + end
    )


def upload(api: Api, path: str, content: bytes = WAV, **parts: str) -> Answer:
    """Upload a recording."""
    return api.post(path, body(content, **parts), Content_Type=FLEXISIP)


def slot(api: Api, account: Account, content_type: str = "audio/wav", **more: str) -> dict[str, str]:
    """The answer to a request for a place by the administrator."""
    answer = api.post(f"/api/accounts/{account.pk}/voicemails", {"content_type": content_type, **more})
    assert answer.status == 201, answer.text
    created: dict[str, str] = answer.json
    return created


def path_of(url: str) -> str:
    """The path of a URL: the only part that Flexisip uses."""
    return "/" + url.split("/", 3)[3]


def files_below(directory: Path) -> list[str]:
    """Every file below a directory."""
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file())
