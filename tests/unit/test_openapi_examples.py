"""The examples of the document: every operation has them, they are as it says, and a hotline really takes and gives them."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from hotline1022.web.examples import FILE
from hotline1022.web.openapi import document
from hotline1022.web.routes import ROUTES
from tests.unit.examples_asked import asked

TOP = Path(__file__).parents[2]
DOCUMENT = document(ROUTES, "0")
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}


def fits(value: Any, shape: dict[str, Any]) -> None:
    """By somebody else's reading of JSON Schema."""
    jsonschema_rs.validate({**shape, "components": DOCUMENT["components"]}, value)


@pytest.mark.slow
async def test_examples_are_what_a_hotline_takes_and_gives(tmp_path: Path) -> None:
    """Each request is asked again: it is done, and answered so."""
    written = json.loads((TOP / "web" / FILE).read_text(encoding="utf-8"))
    told = await asked(tmp_path)
    wrong = [name for name in sorted({*told, *written}) if told.get(name) != written.get(name)]
    assert wrong == [], "run scripts/write-openapi"


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_has_examples_that_fit(name: str) -> None:
    operation = OPERATIONS[name]
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path" or parameter["required"]:
            assert parameter["example"], parameter["name"]
        if "example" in parameter:
            fits(parameter["example"], parameter["schema"])
    if "requestBody" in operation:
        ((_, sent),) = operation["requestBody"]["content"].items()
        fits(sent["example"], sent["schema"])
    for status, response in operation["responses"].items():
        if status.startswith("3"):
            assert set(response["headers"]) == {"Location"}, "it only leads on"
            continue
        ((kind, given),) = response["content"].items()
        if kind == "application/json":
            fits(given["example"], given["schema"])
        else:
            assert isinstance(given["example"], str) and given["example"]


def test_numbers_and_names_are_invented() -> None:
    """Numbers of telephones are 0901 234 567, and those of the shipped agencies' examples."""
    text = json.dumps(DOCUMENT["paths"], ensure_ascii=False)
    numbers = set(re.findall(r"(?<![0-9a-f])(?:\+84|0)9[0-9]{8}(?![0-9a-f])", text))
    wrong = {one for one in numbers if not re.fullmatch(r"(\+84|0)(901234567|9000000[0-9]{2})", one)}
    assert numbers and not wrong
