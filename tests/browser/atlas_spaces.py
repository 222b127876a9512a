"""The pages by which administrators manage Spaces, as the atlas has all others."""

from collections.abc import Callable

from playwright.sync_api import Page

from flexiapi.spaces.models import EmailServer
from flexiapi.spaces.services import touch

from .atlas import Place, Scene, administrator


def of_space(path: str, *, chief: bool = False) -> Callable[[Scene, Page], str]:
    """An administrator looks at a page of a Space that has everything."""

    def reach(scene: Scene, page: Page) -> str:
        EmailServer.objects.create(
            space=scene.space, host="mail.example.org", port=587, username="acme", password="hush", signature="Acme"
        )
        touch(scene.space)
        return administrator(path, chief=chief)(scene, page)

    return reach


_SPACE = "/admin/spaces/{space_id}"

SPACES = [
    *(
        Place(f"{_SPACE}{path}", of_space(f"{_SPACE}{path}"))
        for path in ("/configuration", "/integration", "/email", "/email/delete", "/digest")
    ),
    *(
        Place(f"/admin/spaces{path}", of_space(f"/admin/spaces{path}", chief=True))
        for path in ("/create", "/{space_id}/edit", "/{space_id}/administration", "/delete/{space_id}")
    ),
]
