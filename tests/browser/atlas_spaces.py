"""The pages by which administrators manage Spaces, as the atlas has all others."""

from collections.abc import Callable

from playwright.sync_api import Page

from flexiapi.spaces.models import CardDavServer, EmailServer
from flexiapi.spaces.services import touch
from tests import factories

from .atlas import Place, Scene, administrator


def of_space(path: str, *, chief: bool = False) -> Callable[[Scene, Page], str]:
    """An administrator looks at a page of a Space that has everything."""

    def reach(scene: Scene, page: Page) -> str:
        EmailServer.objects.create(
            space=scene.space, host="mail.example.org", port=587, username="acme", password="hush", signature="Acme"
        )
        touch(scene.space)
        found = factories.a_contacts_list(scene.space, title="Sales", description="Who sells", members=[scene.owner])
        server = CardDavServer.objects.create(space=scene.space, uri="https://dav.example.org/everybody")
        opened = administrator(path, chief=chief)(scene, page)
        return opened.replace("{list_id}", str(found.pk)).replace("{server_id}", str(server.pk))

    return reach


def _countries(path: str) -> Callable[[Scene, Page], str]:
    """A super administrator looks at countries, of which one is accepted."""

    def reach(scene: Scene, page: Page) -> str:
        factories.activate_countries("FR")
        return administrator(path.replace("{code}", "GB"), chief=True)(scene, page)

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
    *(
        Place(f"{_SPACE}/contacts_lists{path}", of_space(f"{_SPACE}/contacts_lists{path}"))
        for path in ("", "/create", "/{list_id}/edit", "/{list_id}/delete", "/{list_id}/contacts/add")
    ),
    *(
        Place(f"{_SPACE}/carddavs{path}", of_space(f"{_SPACE}/carddavs{path}"))
        for path in ("/create", "/{server_id}/edit", "/{server_id}/delete")
    ),
    *(
        Place(f"/admin/phone_countries{path}", _countries(f"/admin/phone_countries{path}"))
        for path in ("", "/activate_all", "/deactivate_all", "/{code}/activate", "/{code}/deactivate")
    ),
]
