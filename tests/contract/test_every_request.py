"""Whatever fits the document, and whatever nearly fits, is asked of the whole service by everybody: no request breaks or hangs it, and
every answer is as the document says. Asterisk is away: what needs it says so.

What is asked follows from the document: another one is asked otherwise, the same always alike, so that a change is judged by what it
changes. `REQUESTS_SEED` asks something else (a number; `any` for one that nobody chose, which a failure names).
"""

import json
import os
import random
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
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


def _seed(wanted: str) -> int:
    if wanted == "any":
        return random.SystemRandom().randrange(1, 10**9)
    return int(wanted) if wanted else zlib.crc32(json.dumps(document(ROUTES, "0"), sort_keys=True).encode())


SEED = _seed(os.environ.get("REQUESTS_SEED", ""))
#: requests of each operation that reads, and of each that changes something: it is PostgreSQL that refuses more
READS, CHANGES = {"sqlite": 16, "postgresql": 20}, {"sqlite": 9, "postgresql": 14}
#: what takes a tenth of a second or more each time, and how often it is asked
DEAR, OF_DEAR = {"GET /api/events", "POST /api/disclosures", "POST /api/faq/import"}, 4
#: ends the session that asks, and everything after it would be nobody's: asked by tokens
ENDS = {"POST /api/me/sign-out"}
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
    times = OF_DEAR if name in DEAR else (READS if route.method == "GET" else CHANGES)[whole.kind]

    def ask(case: Any, who: str) -> None:
        timeout = 1 if route.seconds is None else SECONDS
        response = case.call(whole.base, session=whole.session, headers=dict(whole.who[who]), timeout=timeout)
        _as_written(case, response, route)

    asks = [who for who in whole.who if (route.open or who != "nobody") and (name not in ENDS or "token" in who)]
    try:
        _each(route, example, whole.known, asks, SEED, times, ask)
    except BaseException as fault:
        fault.add_note(f"the same is asked again with REQUESTS_SEED={SEED}")
        raise


def _each(
    route: Route,
    example: Example,
    known: Mapping[str, Sequence[str]],
    asks: Sequence[str],
    number: int,
    times: int,
    ask: Callable[[Any, str], None],
) -> None:
    """So many requests of a route, those of this seed; what breaks is made as small as it gets."""
    operation = operations()[route.path][route.method]
    right = operation.as_strategy()
    wrong = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @seed(number)
    @settings(max_examples=times, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def one(data: st.DataObject) -> None:
        kind = data.draw(st.sampled_from(["right", "near", "near", "wrong"]))
        case = data.draw(wrong if kind == "wrong" else right)
        if kind == "near":
            _nearer(data, case, example, known)
        ask(case, data.draw(st.sampled_from(asks)))

    one()


def test_another_seed_asks_something_else_and_the_same_the_same() -> None:
    route = ROUTE["POST /api/people"]

    def asked(number: int) -> list[str]:
        told: list[str] = []
        _each(
            route,
            examples()["POST /api/people"],
            {},
            ["a", "b"],
            number,
            20,
            lambda case, who: told.append(f"{who} {case.body}"),
        )
        return told

    assert asked(7) == asked(7) and set(asked(7)) != set(asked(8))
    assert len(set(asked(7))) > 5


def _as_written(case: Any, response: Any, route: Route) -> None:
    if response.status_code == 503:
        told = response.json()
        assert set(told) == {"error_id", "message", "cure"} or "checks" in told, told
        assert "checks" in told or told["error_id"] in AWAY, told
        return
    case.validate_response(response, checks=CHECKS)


def _nearer(data: st.DataObject, case: Any, example: Example, known: Mapping[str, Sequence[str]]) -> None:
    """Towards what means something: the example's body with some of what was made, and ids that are there."""
    for given_ in (case.path_parameters, case.query):
        for key in sorted(set(given_ or {}) & set(known)):
            if data.draw(st.booleans()):
                given_[key] = data.draw(st.sampled_from(known[key]))
    for key, value in example.query.items():
        if data.draw(st.booleans()):
            case.query[key] = value
    if isinstance(example.body, dict) and isinstance(case.body, dict):
        body = deepcopy(example.body)
        for key in sorted(case.body):
            if data.draw(st.integers(0, 3)) == 0:
                body[key] = case.body[key]
            if key in known and data.draw(st.booleans()):
                body[key] = data.draw(st.sampled_from(known[key]))
        case.body = body
