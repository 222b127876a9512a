"""Receiving an uploaded file: streamed to disk, measured while it streams, recognised by its content.

Flexisip 2.7 sends one part `file` with the boundary `"simple boundary"` (quoted, with a blank), an absolute path as
file name, and a CRLF too much behind the content.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NoReturn

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParser, MultiPartParserError

from flexiapi.http.errors import Invalid, TooLarge
from flexiapi.http.messages import sentence

from . import storage

_PART = "file"
_LONGEST_NAME = 246  # the column holds nine characters more
_AROUND = 64 * 1024  # what a multipart body may hold besides the file
_HEAD = 512

KINDS = {"audio/wav": "wav", "audio/opus": "opus"}


@dataclass(frozen=True, slots=True)
class Upload:
    """A complete file on disk; `size` in bytes, `kind` by its first bytes (`wav`, `opus`) or None."""

    path: Path
    name: str
    size: int
    kind: str | None


@contextmanager
def received(request: HttpRequest, *, limit: int) -> Iterator[Upload]:
    """The part `file` of a multipart body in a temporary file, gone at the end of the block unless moved away.

    Raises:
        TooLarge: more than `limit` bytes (413); nothing more is read.
        Invalid: no such part, or the body is broken (422).
    """
    if not (request.content_type or "").startswith("multipart/form-data"):
        _refuse("required")
    with storage.temporary() as (file, path):
        part = _Part(file, limit)
        _parse(request, part, limit)
        file.flush()
        if part.name is None:
            _refuse("required")
        if not part.complete:
            _refuse("uploaded")
        if len(part.name) > _LONGEST_NAME:
            raise Invalid({_PART: [sentence("max", "file name", max=_LONGEST_NAME)]})
        yield Upload(path=path, name=part.name, size=part.size, kind=kind_of(part.head))


def kind_of(head: bytes) -> str | None:
    """What the first bytes of a file say: RIFF with WAVE, or an Ogg page whose first packet is an Opus header.

    RFC 3533 §6 (Ogg pages), RFC 7845 §5.1 (`OpusHead`).
    """
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"OggS" and len(head) > 26 and head[27 + head[26] :].startswith(b"OpusHead"):
        return "opus"
    return None


class _Part(FileUploadHandler):
    """Takes the first part with the wanted name and skips all others."""

    def __init__(self, target: IO[bytes], limit: int) -> None:
        super().__init__()
        self.target, self.limit = target, limit
        self.name: str | None = None
        self.size = 0
        self.head = b""
        self.complete = False

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        """Begin a part."""
        if field_name != _PART or self.name is not None:
            raise SkipFile
        self.name = last_component(file_name)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a piece to disk."""
        self.size += len(raw_data)
        if self.size > self.limit:
            raise TooLarge
        if len(self.head) < _HEAD:
            self.head += raw_data[: _HEAD - len(self.head)]
        self.target.write(raw_data)

    def file_complete(self, file_size: int) -> None:
        """The delimiter behind the part was there."""
        self.complete = True


class _Measured:
    """A body that ends with an error once it is larger than all that it may hold."""

    def __init__(self, source: Any, limit: int) -> None:
        self._source, self._left = source, limit + _AROUND

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes."""
        piece: bytes = self._source.read(size if size >= 0 else self._left + 1)
        self._left -= len(piece)
        if self._left < 0:
            raise TooLarge
        return piece


def last_component(path: str) -> str:
    """The file name of a client's path, whatever its separators; only what can be printed."""
    name = path.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(letter for letter in name if letter.isprintable()).strip() or "file"


def _parse(request: HttpRequest, part: _Part, limit: int) -> None:
    meta = dict(request.META)
    source: Any = request
    if not meta.get("CONTENT_LENGTH") and meta.get("wsgi.input_terminated"):
        # Sent in chunks, or as frames of HTTP/2: the server tells the end, Django would read nothing.
        meta["CONTENT_LENGTH"], source = str(limit + _AROUND), meta["wsgi.input"]
    try:
        MultiPartParser(meta, _Measured(source, limit), [part], "utf-8").parse()  # type: ignore[arg-type]
    except RequestDataTooBig:
        raise TooLarge from None
    except (MultiPartParserError, SuspiciousOperation, UnreadablePostError):
        _refuse("uploaded")


def _refuse(rule: str) -> NoReturn:
    raise Invalid({_PART: [sentence(rule, _PART)]})
