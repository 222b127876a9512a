"""What this is, whose it is, and what it is made of."""

import functools
import re
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution, version

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page
from packaging.requirements import Requirement

from flexiapi.auth.page_access import Page, PageRequest
from flexiapi.config import instance
from flexiapi.http.routing import path

_LONGEST_LICENCE = 80
_NORMAL = re.compile(r"[-_.]+")


class About(Page):
    """The product, its documentation, the operator's terms."""

    def get(self, request: PageRequest) -> HttpResponse:
        current = instance.current()
        context = {
            "version": version("flexiapi"),
            "project_url": current.app_project_url,
            "terms_url": current.terms_of_use_url,
            "privacy_url": current.privacy_policy_url,
            "panel": request.space.web_panel,
        }
        return render(request, "portal/about.html", context)


class ThirdParty(Page):
    """The packages that the product is built on."""

    def get(self, request: PageRequest) -> HttpResponse:
        found = components()
        letters = list(dict.fromkeys(each.letter for each in found))
        return render(request, "portal/third_party.html", {"components": found, "letters": letters})


@dataclass(frozen=True, slots=True)
class Component:
    """An installed package."""

    name: str
    version: str
    licence: str
    url: str | None

    @property
    def letter(self) -> str:
        """Where it stands in the alphabet."""
        return self.name[0].lower()


@functools.cache
def components() -> tuple[Component, ...]:
    """All that are installed and that the product, or one of them, asks for: by name, each once."""
    found: dict[str, Distribution] = {}
    wanted = [Requirement("flexiapi[mysql,postgres]")]
    for asked in wanted:  # the list grows meanwhile
        name = _NORMAL.sub("-", asked.name).lower()
        package = _installed(name)
        if package is None:
            continue
        known = name in found
        found[name] = package
        if not known or asked.extras:
            wanted += [each for each in map(Requirement, package.requires or ()) if _holds(each, asked.extras)]
    del found["flexiapi"]
    return tuple(_component(found[name]) for name in sorted(found))


def _holds(requirement: Requirement, extras: set[str]) -> bool:
    """Whether a package asks for another one, of which these extras are wanted."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in (extras or {""}))


def _installed(name: str) -> Distribution | None:
    """A package, None where it is not there: it may be for another system, or a driver that nobody wanted."""
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _component(package: Distribution) -> Component:
    about = package.metadata
    return Component(about["Name"] or "?", package.version, _licence(package), _home(package))


def _licence(package: Distribution) -> str:
    """The licence as the package names it: an SPDX expression, one line of text, or its classifiers."""
    about = package.metadata.json
    text = str(about.get("license_expression") or about.get("license") or "").strip()
    if text and "\n" not in text and len(text) <= _LONGEST_LICENCE:
        return text
    classifiers = about.get("classifier") or []
    names = [line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License ::")]
    return ", ".join(names) or text.partition("\n")[0][:_LONGEST_LICENCE] or "–"


def _home(package: Distribution) -> str | None:
    about = package.metadata.json
    labelled = (line.partition(",")[2].strip() for line in about.get("project_url") or [])
    return next((url for url in [str(about.get("home_page") or ""), *labelled] if url.startswith("https://")), None)


routes = [
    path("about", About.as_view()),
    path("third-party-components", gzip_page(ThirdParty.as_view())),
]
