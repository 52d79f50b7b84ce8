"""docs/pages-and-api.md as data: the operations behind each page, as people wrote them down; and what pages call otherwise."""

import re
from collections.abc import Mapping
from pathlib import Path

FILE = Path(__file__).parents[2] / "docs" / "pages-and-api.md"
_ROW = re.compile(r"^\| `((?:GET|POST) /\S*)` \| (.+) \|$", re.MULTILINE)
_OPERATION = re.compile(r"`((?:GET|POST) /\S+)`")
_WITHOUT = "## Pages without an operation"


def operations() -> dict[str, tuple[str, ...]]:
    """`GET /desk/tickets` → `GET /api/tickets` …"""
    rows = FILE.read_text(encoding="utf-8").partition(_WITHOUT)[0]
    return {page: tuple(_OPERATION.findall(text)) for page, text in _ROW.findall(rows)}


def without() -> dict[str, str]:
    """Pages that need none → why."""
    return dict(_ROW.findall(FILE.read_text(encoding="utf-8").partition(_WITHOUT)[2]))


#: what an address carries that narrows nothing, on whatever page
PLACE: Mapping[str, str] = {
    "done": "what was just done",
    "count": "how many were just done",
    "page": "where one is: cursor, or skip",
    "trail": "where one is: cursor",
    "once": "what was just made",
}
#: page → what it narrows by → the name that the operation has for it, or why there is none (with a blank in it)
ELSE: Mapping[str, Mapping[str, str]] = {
    "/desk/sign-in": {one: "where it goes on" for one in ("next", "again", "out")},
    "/desk/second": {one: "where it goes on" for one in ("next", "again", "out")},
    "/desk/confirm": {"next": "where it goes on"},
    "/desk/agent/call": {"ring": "draft", "form": "draft"},
    "/desk/agent/form": {"call": "draft"},
    "/desk/agent/lists": {"list": "each list is an operation"},
    "/desk/tickets": {"due_from": "due_since", "due_to": "due_until"},
    "/desk/alarms": {"which": "ringing"},
    "/desk/alarms/now": {"which": "ringing"},
    "/desk/recordings": {
        "since_time": "since",
        "until_time": "until",
        "longer": "longer_ms",
        "shorter": "shorter_ms",
    },
    "/desk/faq": {"over": "out_of_date", "soon": "ending_soon"},
    "/desk/faq/new": {"question": "what the form begins with"},
    "/desk/faq/{entry}/edit": {"of": "all versions are in the answer"},
    "/desk/menu/try": {"of": "text", "press": "keys"},
    "/desk/roster": {"view": "days", "day": "since"},
    "/desk/roster/copy": {"week": "since", "weeks": "days"},
    "/desk/deadlines/days": {"year": "since"},
    "/desk/users": {"words": "all are in one answer"},
    "/desk/roles/{role}": {"of": "all are in one answer"},
    "/desk/webhooks/{webhook}": {"all": "all are in one answer"},
    "/desk/messages/gateways": {"test": "message"},
    "/wall/{key}": {"theme": "how it looks", "show": "charts", "seconds": "how it looks"},
}
#: of each list of the directory
_DIRECTORY = {"words": "all are in one answer", "agency": "what the form begins with"}
ELSE = {
    **ELSE,
    **{
        f"/desk/directory{end}": _DIRECTORY
        for folder, what in (
            ("agencies", "agency"),
            ("contacts", "contact"),
            ("categories", "category"),
            ("areas", "area"),
        )
        for end in ("", f"/{folder}", f"/{folder}/new", f"/{folder}/{{{what}}}")
    },
}
