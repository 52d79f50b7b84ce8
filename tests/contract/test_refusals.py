"""What the document says of refusals is what the whole service answers: where something is not there, and where it is not as the asker
thinks.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline1022.web.examples import REFUSALS
from hotline1022.web.openapi import document
from hotline1022.web.route import PARTS
from hotline1022.web.routes import ROUTES
from tests.lab.refusals import RUNS, STATUSES, refusals
from tests.lab.whole_service import Whole, served

WRITTEN = json.loads((Path(__file__).parents[2] / "web" / REFUSALS).read_text(encoding="utf-8"))
DOCUMENT = document(ROUTES, "0")


@pytest.fixture(scope="module", params=["sqlite"])
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    with served(request, tmp_path_factory.mktemp("whole"), "refusals") as made:
        yield made


def ids(told: object) -> dict[str, dict[str, str]]:
    """Operation → status → error_id; sentences may hold a time."""
    assert isinstance(told, dict)
    return {name: {status: one["error_id"] for status, one in found.items()} for name, found in told.items()}


@pytest.mark.slow
def test_each_refusal_that_is_listed_is_answered_and_no_other(whole: Whole) -> None:
    told, written = ids(refusals(whole)), ids(WRITTEN)
    wrong = {
        name: (told.get(name), written.get(name))
        for name in sorted({*told, *written})
        if told.get(name) != written.get(name) and name not in RUNS
    }
    assert not wrong, f"answered, and listed otherwise: {wrong}; run scripts/write-openapi --refusals"


def test_the_document_lists_them_with_their_sentences() -> None:
    for route in ROUTES:
        answers = DOCUMENT["paths"][route.path][route.method.lower()]["responses"]
        listed = {status: answers[status]["content"] for status in STATUSES if status in answers and not route.page}
        shown = {status: one["application/json"]["example"] for status, one in listed.items()}
        assert shown == WRITTEN.get(f"{route.method} {route.path}", {}), f"{route.path}: run scripts/write-openapi"


def test_whatever_is_asked_for_by_an_id_may_not_be_there() -> None:
    """An address with an id in it has an answer for one that nobody has."""
    for route in ROUTES:
        named = any(f"{{{part}}}" in route.path for part in PARTS)
        if named and not route.page and route.seconds is not None:
            assert "404" in WRITTEN.get(f"{route.method} {route.path}", {}), (
                f"{route.method} {route.path} lists no 404: run scripts/write-openapi --refusals"
            )
