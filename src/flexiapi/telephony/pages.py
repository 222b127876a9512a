"""Downloads of uploaded files: id and stored name together are the right to read one, nobody logs in."""

import re
from collections.abc import Iterator
from typing import IO

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from flexiapi.auth.access import ApiRequest, PublicView
from flexiapi.http import errors, replies
from flexiapi.http.openapi import BINARY, describe
from flexiapi.http.routing import path

from . import queries, storage
from .models import AccountFile

_RANGE = re.compile(r"^bytes=(\d{0,18})-(\d{0,18})$")
_PIECE = 64 * 1024


class Inline(PublicView):
    """An uploaded file, to be played in place."""

    as_attachment = False

    @describe(
        "Download a file",
        ok={200: BINARY, 206: BINARY},
        errors={404: "Unknown, or gone.", 416: "The range lies behind the end."},
        text="One byte range is served (RFC 9110, section 14).",
    )
    def get(self, request: ApiRequest, file_id: str, name: str) -> HttpResponseBase:
        row = queries.downloadable(file_id, name)
        try:
            file, size = storage.opened(row.pk, row.name)
        except FileNotFoundError:
            raise errors.NotFound from None
        except storage.Failure:
            raise errors.Unavailable("The file cannot be read for now") from None
        etag = f'"{row.pk}"'
        headers = {**_headers(row, etag), "Content-Disposition": _disposition(row, as_attachment=self.as_attachment)}
        asked = request.META.get("HTTP_RANGE") if request.META.get("HTTP_IF_RANGE", etag) == etag else None
        part = _part(asked, size)
        if part is not None and part[0] >= part[1]:
            file.close()
            return replies.Reply(b"", status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
        start, end = part or (0, size)
        headers["Content-Length"] = str(end - start)
        if part is not None:
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
        status = 200 if part is None else 206
        if request.method == "HEAD":
            file.close()
            return HttpResponse(b"", status=status, headers=headers)
        return StreamingHttpResponse(_pieces(file, start, end), status=status, headers=headers)


class Attachment(Inline):
    """An uploaded file, to be saved."""

    as_attachment = True


def _headers(row: AccountFile, etag: str) -> dict[str, str]:
    return {
        "Content-Type": row.content_type,
        "Content-Security-Policy": "sandbox; default-src 'none'; media-src 'self'; style-src 'unsafe-inline'",
        "X-Robots-Tag": "noindex",
        "Referrer-Policy": "no-referrer",
        "Accept-Ranges": "bytes",
        "ETag": etag,
    }


def _disposition(row: AccountFile, *, as_attachment: bool) -> str:
    return content_disposition_header(as_attachment, row.name or row.pk) or "attachment"


def _part(asked: str | None, size: int) -> tuple[int, int] | None:
    """The first byte and the one behind the last of a single range; empty when it cannot be satisfied.

    None for no range, several, or one that cannot be read: those get the whole file (RFC 9110 §14.2).
    """
    found = _RANGE.match(asked.strip()) if asked else None
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        return max(0, size - int(found[2])), size
    start = int(found[1])
    if found[2] and int(found[2]) < start:
        return None
    return start, min(size, int(found[2]) + 1) if found[2] else size


def _pieces(file: IO[bytes], start: int, end: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        left = end - start
        while left > 0 and (piece := file.read(min(_PIECE, left))):
            left -= len(piece)
            yield piece


routes = [
    path("f/<seg:file_id>/<seg:name>", Inline.as_view()),
    path("f/<seg:file_id>/<seg:name>/download", Attachment.as_view()),
]
