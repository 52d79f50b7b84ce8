"""The routes of those who answer at the lines."""

from hotline1022.accounts.types import Permission
from hotline1022.web import people
from hotline1022.web.people_wire import PersonChange
from hotline1022.web.route import Route
from hotline1022.web.types import PersonView
from hotline1022.web.wire import PersonBody, PersonList, PinBody

ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/people",
        needs=Permission.LOOK,
        summary="Those who answer, and who answers no more",
        handler=people.list_people,
        answer=PersonList,
    ),
    Route(
        method="POST",
        path="/api/people",
        needs=Permission.ROSTER,
        summary="Add one who answers",
        handler=people.create_person,
        body=PersonBody,
        answer=PersonView,
        status=201,
    ),
    Route(
        method="POST",
        path="/api/people/{person}/pin",
        needs=Permission.ROSTER,
        summary="Another PIN for one who answers; whoever was shut out after wrong ones may try again",
        handler=people.change_pin,
        body=PinBody,
        answer=PersonView,
    ),
    Route(
        method="POST",
        path="/api/people/{person}",
        needs=Permission.ROSTER,
        summary="Another name for one who answers",
        detail="person-changed when the name is not `before` any more.",
        handler=people.rename_person,
        body=PersonChange,
        answer=PersonView,
    ),
    Route(
        method="POST",
        path="/api/people/{person}/end",
        needs=Permission.ROSTER,
        summary="Answers no more: no PIN lets in, and whoever is at a line is logged out; calls and shifts that were stay",
        detail="A talk goes on to its end. Ended twice is ended once.",
        handler=people.end_person,
        answer=PersonView,
    ),
    Route(
        method="POST",
        path="/api/people/{person}/take-back",
        needs=Permission.ROSTER,
        summary="Answers again, with the PIN of before",
        handler=people.take_back_person,
        answer=PersonView,
    ),
)
