"""Whatever fits the document, and whatever nearly fits, is asked of the whole service by everybody: no request breaks or hangs it, and
every answer is as the document says. Asterisk is away: what needs it says so.
"""

from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.schemas import OpenApiSchema

from hotline1022.web.examples import Example, examples
from hotline1022.web.openapi import document
from hotline1022.web.route import Route
from hotline1022.web.routes import ROUTES
from tests.lab.whole_service import Whole, served

load_all_checks()
#: requests of each operation: it is PostgreSQL that refuses more
EXAMPLES = {"sqlite": 4, "postgresql": 7}
#: that an answer may take
SECONDS = 30
CHECKS = [
    getattr(schemathesis.checks, name)
    for name in (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    )
]
ROUTE = {f"{route.method} {route.path}": route for route in ROUTES}
#: what a request is told where Asterisk is needed; all others must be answered without it
AWAY = {"ami-link-down"}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    with served(request, tmp_path_factory.mktemp("whole"), "every_request") as made:
        yield made
        for who in made.who:
            if who != "nobody":
                made.ask("GET", "/api/me", who)  # whoever asks was not shut out by what was asked


@cache
def operations() -> OpenApiSchema:
    """The document as the service serves it."""
    return schemathesis.openapi.from_dict(document(ROUTES, "0"))


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(ROUTE))
def test_no_request_breaks_it(whole: Whole, name: str) -> None:
    route, example = ROUTE[name], examples()[name]
    operation = operations()[route.path][route.method]
    right = operation.as_strategy()
    wrong = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    asks = st.sampled_from([who for who in whole.who if route.open or who != "nobody"])

    @settings(
        max_examples=EXAMPLES[whole.kind],
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def ask(data: st.DataObject) -> None:
        kind = data.draw(st.sampled_from(["right", "near", "near", "wrong"]))
        case = data.draw(wrong if kind == "wrong" else right)
        if kind == "near":
            _nearer(data, case, example, whole)
        headers = whole.who[data.draw(asks)]
        timeout = 1 if route.seconds is None else SECONDS
        response = case.call(whole.base, session=whole.session, headers=dict(headers), timeout=timeout)
        _as_written(case, response, route)

    ask()


def _as_written(case: Any, response: Any, route: Route) -> None:
    if response.status_code == 503:
        told = response.json()
        assert set(told) == {"error_id", "message", "cure"} or "checks" in told, told
        assert "checks" in told or told["error_id"] in AWAY, told
        return
    case.validate_response(response, checks=CHECKS)


def _nearer(data: st.DataObject, case: Any, example: Example, whole: Whole) -> None:
    """Towards what means something: the example's body with some of what was made, and ids that are there."""
    for given_ in (case.path_parameters, case.query):
        for key in sorted(set(given_ or {}) & set(whole.known)):
            if data.draw(st.booleans()):
                given_[key] = data.draw(st.sampled_from(whole.known[key]))
    for key, value in example.query.items():
        if data.draw(st.booleans()):
            case.query[key] = value
    if isinstance(example.body, dict) and isinstance(case.body, dict):
        body = deepcopy(example.body)
        for key in sorted(case.body):
            if data.draw(st.integers(0, 3)) == 0:
                body[key] = case.body[key]
            if key in whole.known and data.draw(st.booleans()):
                body[key] = data.draw(st.sampled_from(whole.known[key]))
        case.body = body
