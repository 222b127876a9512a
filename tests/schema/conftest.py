import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-schema", action="store_true", help="write the schema snapshot instead of comparing with it"
    )
