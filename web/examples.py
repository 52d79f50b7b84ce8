"""One request and its answer for each route, as the document shows them. Refuses nothing: scripts/write-openapi writes them, from
what a hotline in memory really answers; and what the whole service says where something is not there, or not as the asker thinks.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

#: beside this file
FILE, REFUSALS = "examples.json", "refusals.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """What is asked, and what is answered."""

    #: parts of the path by name
    path: Mapping[str, str] = field(default_factory=dict)
    #: what stands behind the question mark
    query: Mapping[str, str] = field(default_factory=dict)
    #: an object of JSON, the fields of a form, or words about a file; None = nothing is sent
    body: Any = None
    #: by status: a value of JSON, or the beginning of a text
    answers: Mapping[str, Any] = field(default_factory=dict)


#: for a route of which none is written yet
NONE = Example()
#: what is said where something was not done
FAILURE = {
    "error_id": "value-invalid",
    "message": "limit is out of range",
    "cure": "choose from 1 to 200",
}


@cache
def examples() -> Mapping[str, Example]:
    """By method and path, `GET /api/calls`."""
    text = (files("hotline1022.web") / FILE).read_text(encoding="utf-8")
    return {name: Example(**one) for name, one in json.loads(text).items()}


@cache
def refusals() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    """By method and path, by status 404 and 409: a failure as it was answered."""
    text = (files("hotline1022.web") / REFUSALS).read_text(encoding="utf-8")
    told: Mapping[str, Mapping[str, Mapping[str, Any]]] = json.loads(text)
    return told
