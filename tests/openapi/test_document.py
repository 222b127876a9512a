"""The document says what the code does: its routes, methods, access and shapes."""

import re
from typing import Any

import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from flexiapi.http import openapi, urlmap
from flexiapi.http.outer import methods_of
from flexiapi.http.schemas import COMPONENTS
from flexiapi.operations.openapi import PREFIX, document
from tests import factories
from tests.api import Api

OPERATIONS = [
    pytest.param(route, method, id=f"{method} {route.template}")
    for route in urlmap.routes()
    if route.template.startswith(PREFIX)
    for method in route.methods
]


@pytest.fixture(scope="module")
def known() -> dict[str, Any]:
    """The document."""
    return document()


class TestServed:
    def test_to_anybody_on_every_host_with_a_space(self, api: Api) -> None:
        answer = api.on(factories.a_space()).get("/api/openapi.json")

        assert answer.status == 200
        assert answer.json["openapi"] == "3.1.0"
        assert "/api/accounts/{account_id}" in answer.json["paths"]

    def test_nowhere_else(self, api: Api) -> None:
        factories.a_space()

        assert api.to("nowhere.example.org").get("/api/openapi.json").status == 404


class TestComplete:
    @pytest.mark.parametrize(("route", "method"), OPERATIONS)
    def test_every_operation_is_described_beside_its_view(self, route: urlmap.Route, method: str) -> None:
        found = openapi.description(route.handler(method))

        assert found is not None, f"decorate {route.handler(method).__qualname__} with @describe"
        assert found.summary
        assert found.access or route.access, "a plain view says its access class itself"

    def test_it_has_the_operations_of_the_url_map_and_no_others(self, known: dict[str, Any]) -> None:
        written = {
            (path, method.upper()) for path, item in known["paths"].items() for method in item if method != "parameters"
        }

        assert written == {
            (route.template, method)
            for route in urlmap.routes()
            if route.template.startswith(PREFIX)
            for method in methods_of(route.view)
        }

    def test_operations_have_names_of_their_own(self, known: dict[str, Any]) -> None:
        names = [
            operation["operationId"]
            for item in known["paths"].values()
            for method, operation in item.items()
            if method != "parameters"
        ]

        assert len(names) == len(set(names))

    def test_no_two_routes_differ_in_the_names_of_their_parameters_alone(self, known: dict[str, Any]) -> None:
        shapes: dict[str, set[str]] = {}
        for path, item in known["paths"].items():
            kind = [parameter["schema"]["type"] for parameter in item.get("parameters", [])]
            shapes.setdefault(re.sub(r"\{[^}]+\}", "{}", path) + str(kind), set()).add(path)

        assert [paths for paths in shapes.values() if len(paths) > 1] == []


class TestShape:
    def test_it_is_openapi_3_1(self, known: dict[str, Any]) -> None:
        OPENAPI_31_VALIDATOR.validate(known)

    def test_every_reference_leads_somewhere_and_every_schema_is_used(self, known: dict[str, Any]) -> None:
        found = set(re.findall(r"'\$ref': '#/components/schemas/(\w+)'", str(known)))

        assert found == set(known["components"]["schemas"]) == set(COMPONENTS)

    def test_inputs_have_their_bounds(self, known: dict[str, Any]) -> None:
        new = known["components"]["schemas"]["AdministratorsNewAccount"]

        assert new["required"] == ["username", "password"]
        assert new["properties"]["username"] == {"type": "string", "maxLength": 64, "minLength": 1}
        assert new["properties"]["password"]["minLength"] == 3
        assert new["properties"]["email"] == {"type": ["string", "null"], "maxLength": 64, "format": "email"}
        assert new["properties"]["dtmf_protocol"]["enum"] == ["sipinfo", "rfc2833", "sipmessage", None]

    def test_who_may_is_told(self, known: dict[str, Any]) -> None:
        user = known["paths"]["/api/accounts/me"]["get"]
        administrator = known["paths"]["/api/accounts"]["get"]

        assert user["security"] == [{"apiKey": []}, {"digest": [], "from": []}, {"bearer": []}]
        assert "WWW-Authenticate" in user["responses"]["401"]["headers"]
        assert administrator["security"] == [{"apiKey": []}]
        assert known["paths"]["/api/ping"]["get"]["security"] == []
