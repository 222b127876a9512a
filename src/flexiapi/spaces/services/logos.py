"""The logos of Spaces: PNG files of the upload storage, under names that nobody chooses."""

import secrets
import struct

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from flexiapi.config import uploads
from flexiapi.http.dates import now
from flexiapi.http.errors import Invalid
from flexiapi.http.messages import sentence
from flexiapi.spaces.events import SpaceChanged, space_changed
from flexiapi.spaces.models import Space

from . import seats

MOST_KILOBYTES = 2048
_LONGEST_SIDE = 4096
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_END = b"IEND\xaeB`\x82"


def set_logo(domain: str, file: UploadedFile | None) -> str:
    """Show a picture as the logo of a Space, in place of the one before; returns its file name.

    Raises:
        NotFound: no Space has this domain.
        Invalid: no file, no PNG picture, larger than 2048 KiB or than 4096 pixels a side (422).
    """
    content = _checked(file)
    name = f"{secrets.token_hex(20)}.png"
    with transaction.atomic():
        space = seats.locked(domain)
        former, space.logo = space.logo, name
        uploads.storage().save(place(name), ContentFile(content))
        Space.objects.filter(pk=space.pk).update(logo=name, updated_at=now())
        space_changed.announce(SpaceChanged(space.pk, space.domain, {"logo": (former, name)}))
        transaction.on_commit(lambda: remove_file(former))
    return name


def remove_logo(domain: str) -> bool:
    """Show no logo any more; true when there was one.

    Raises:
        NotFound: no Space has this domain.
    """
    with transaction.atomic():
        space = seats.locked(domain)
        former = space.logo
        Space.objects.filter(pk=space.pk).update(logo=None, updated_at=now())
        if former is not None:
            space_changed.announce(SpaceChanged(space.pk, space.domain, {"logo": (former, None)}))
        transaction.on_commit(lambda: remove_file(former))
    return former is not None


def remove_file(name: str | None) -> None:
    """Delete the file of a logo that no Space shows any more."""
    if name:
        uploads.storage().delete(place(name))


def place(name: str) -> str:
    """Where the file of a logo lies in the storage."""
    return f"public/img/{name}"


def _checked(file: UploadedFile | None) -> bytes:
    if file is None:
        raise Invalid({"logo": [sentence("required", "logo")]})
    if (file.size or 0) > MOST_KILOBYTES * 1024:
        raise Invalid({"logo": [sentence("max_file", "logo", max=MOST_KILOBYTES)]})
    content = file.read()
    if not content.startswith(_SIGNATURE) or content[12:16] != b"IHDR" or not content.endswith(_END):
        raise Invalid({"logo": [sentence("mimes", "logo", values="png")]})
    width, height = struct.unpack(">II", content[16:24])
    if not (0 < width <= _LONGEST_SIDE and 0 < height <= _LONGEST_SIDE):
        raise Invalid({"logo": [sentence("image", "logo")]})
    return bytes(content)
