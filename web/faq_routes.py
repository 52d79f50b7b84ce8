"""The routes of faq/."""

from typing import Any

from hotline1022.accounts.types import Permission
from hotline1022.web import faq as h
from hotline1022.web import faq_wire as w
from hotline1022.web.route import Handler, Route


def _move(word: str, handler: Handler, needs: Permission, summary: str, *, officers: bool) -> Route:
    return Route(
        method="POST",
        path=f"/api/faq/{{entry}}/{word}",
        officers=officers,
        needs=needs,
        summary=summary,
        handler=handler,
        body=w.FaqMoveBody,
        answer=w.FaqEntryView,
        exact=True,
    )


#: what is told is for everybody: the numbers in it are those of offices
_SHOWN: dict[str, Any] = {"officers": True, "needs": Permission.LOOK, "exact": True}

ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/faq/search",
        **_SHOWN,
        summary="Published answers to what a citizen asks, best first",
        detail="Marks and case do not count: khai sinh, Khai sinh, khải sình. What is out of date is found and marked. "
        "A search that no answer has all the words of is noted, unless somebody is still typing.",
        handler=h.search,
        query=w.FaqSearchQuery,
        answer=w.FaqHits,
    ),
    Route(
        method="GET",
        path="/api/faq",
        **_SHOWN,
        summary="Questions of agencies, latest change first",
        detail="For a token of scope read only those that are published, as they are published.",
        handler=h.list_questions,
        query=w.FaqQuery,
        answer=w.FaqPage,
    ),
    Route(
        method="POST",
        path="/api/faq",
        officers=True,
        needs=Permission.FAQ_WRITE,
        summary="Write a question and its answer, as a draft",
        handler=h.create_entry,
        body=w.FaqBody,
        answer=w.FaqEntryView,
        status=201,
        exact=True,
    ),
    Route(
        method="GET",
        path="/api/faq/template",
        officers=True,
        needs=Permission.FAQ_WRITE,
        summary="The .xlsx file that people fill in",
        handler=h.get_template,
        media=h.SHEET,
    ),
    Route(
        method="POST",
        path="/api/faq/import",
        officers=True,
        needs=Permission.FAQ_WRITE,
        summary="Take in an .xlsx file, with a report of each row",
        detail="The body is the file itself; 4 MiB and 2000 rows at most. Wrong rows, and questions that the agency has "
        "already, are left out. Without `dry_run=false` nothing is written.",
        handler=h.take_in,
        query=w.FaqImportQuery,
        upload=True,
        answer=w.FaqReport,
        seconds=60,
    ),
    Route(
        method="GET",
        path="/api/faq/misses",
        needs=Permission.FAQ_WRITE,
        summary="Searches without an answer, the most frequent first",
        handler=h.list_misses,
        query=w.FaqMissQuery,
        answer=w.FaqMissList,
    ),
    Route(
        method="POST",
        path="/api/faq/misses/{miss}/done",
        needs=Permission.FAQ_WRITE,
        summary="Tick a search off; asked again, it comes back",
        handler=h.tick_miss,
        answer=w.FaqDone,
    ),
    Route(
        method="GET",
        path="/api/faq/{entry}",
        **_SHOWN,
        summary="One question with its versions",
        detail="For a token of scope read only the version that is published.",
        handler=h.get_entry,
        answer=w.FaqEntryView,
    ),
    Route(
        method="POST",
        path="/api/faq/{entry}/edit",
        officers=True,
        needs=Permission.FAQ_WRITE,
        summary="Change the draft, or write a new version beside the published one",
        handler=h.edit_entry,
        body=w.FaqEditBody,
        answer=w.FaqEntryView,
        exact=True,
    ),
    _move("propose", h.propose_entry, Permission.FAQ_WRITE, "Ask for a draft to be published", officers=True),
    _move("return", h.return_entry, Permission.FAQ_WRITE, "Back to who wrote it, with the reason", officers=True),
    _move("drop", h.drop_entry, Permission.FAQ_WRITE, "Throw away a version that was never published", officers=True),
    _move("publish", h.publish_entry, Permission.FAQ_PUBLISH, "Publish what somebody else wrote", officers=False),
    _move(
        "withdraw",
        h.withdraw_entry,
        Permission.FAQ_PUBLISH,
        "Take back a published answer, with the reason",
        officers=False,
    ),
)
