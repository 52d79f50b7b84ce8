"""The routes of the plan of shifts, and of what the house decides: deadlines, days off, reasons for a pause."""

from hotline1022.accounts.types import Permission
from hotline1022.web.desk import (
    days_undo,
    deadlines,
    pauses,
    roster,
    roster_cell,
    roster_crews,
    roster_kinds,
    roster_people,
    roster_shifts,
)
from hotline1022.web.desk.account import DoneQuery
from hotline1022.web.desk.pages import page
from hotline1022.web.route import Place, Route

_SEES = Place(needs=Permission.LOOK, others=frozenset({Permission.ROSTER}))
_PLANS, _RULES = Permission.ROSTER, Permission.SETTINGS
_CELL = "/desk/roster/days/{day}/{shift}"
_SHIFT, _CREW = "/desk/roster/shifts/{shift}", "/desk/roster/crews/{crew}"
_PEOPLE = "/desk/roster/people"
_VERSION = "/desk/deadlines/versions/{version}"

ROUTES: tuple[Route, ...] = (
    page("GET", "/desk/roster", "The plan of shifts as a calendar", roster.show_roster, _SEES, roster.RosterLook),
    page("GET", _CELL, "One shift of one day", roster_cell.show_cell, _PLANS),
    page("POST", _CELL, "Who is on", roster_cell.save_cell, _PLANS),
    page("POST", f"{_CELL}/swap", "One person in place of another", roster_cell.swap, _PLANS),
    page("POST", f"{_CELL}/undo", "The last change of it undone", roster_cell.undo, _PLANS),
    page(
        "GET",
        "/desk/roster/copy",
        "A week onto the next ones, looked at",
        roster_cell.show_copy,
        _PLANS,
        roster_cell.CopyLook,
    ),
    page("POST", "/desk/roster/copy", "A week onto the next ones", roster_cell.copy, _PLANS),
    page("GET", "/desk/roster/shifts", "Shifts and crews", roster_kinds.list_kinds, _PLANS, DoneQuery),
    page("GET", "/desk/roster/shifts/new", "A new shift", roster_shifts.show_new_shift, _PLANS),
    page("POST", "/desk/roster/shifts/new", "A new shift", roster_shifts.add_shift, _PLANS),
    page("GET", _SHIFT, "One shift", roster_shifts.show_shift, _PLANS),
    page("POST", _SHIFT, "Change a shift", roster_shifts.change_shift, _PLANS),
    page("POST", f"{_SHIFT}/end", "No such shift from a day on", roster_shifts.end_shift, _PLANS),
    page("GET", "/desk/roster/crews/new", "A new crew", roster_crews.show_new_crew, _PLANS),
    page("POST", "/desk/roster/crews/new", "A new crew", roster_crews.add_crew, _PLANS),
    page("GET", _CREW, "One crew", roster_crews.show_crew, _PLANS),
    page("POST", _CREW, "Who is in a crew", roster_crews.change_crew, _PLANS),
    page("POST", f"{_CREW}/end", "A crew is planned for nothing any more", roster_crews.end_crew, _PLANS),
    page("GET", _PEOPLE, "Those who answer at the lines", roster_people.list_people, _PLANS, roster_people.PeopleQuery),
    page("POST", _PEOPLE, "One more who answers, and the PIN", roster_people.add_person, _PLANS),
    page("POST", f"{_PEOPLE}/{{person}}/pin", "Another PIN", roster_people.give_pin, _PLANS),
    page("GET", f"{_PEOPLE}/{{person}}", "One who answers at the lines", roster_people.show_person, _PLANS, DoneQuery),
    page("POST", f"{_PEOPLE}/{{person}}", "Another name", roster_people.rename_person, _PLANS),
    page("POST", f"{_PEOPLE}/{{person}}/end", "Answers no more", roster_people.end_person, _PLANS),
    page("POST", f"{_PEOPLE}/{{person}}/take-back", "Answers again", roster_people.take_back_person, _PLANS),
    page("GET", "/desk/deadlines", "Deadlines of tickets", deadlines.show_deadlines, _RULES, DoneQuery),
    page("POST", "/desk/deadlines", "Other deadlines, at once", deadlines.save_deadlines, _RULES),
    page("GET", "/desk/deadlines/days", "Days off", deadlines.show_days, _RULES, deadlines.YearQuery),
    page("POST", "/desk/deadlines/days", "Other days off, at once", deadlines.save_days, _RULES),
    page("POST", "/desk/deadlines/days/{version}/undo", "One change of days off undone", days_undo.undo_days, _RULES),
    page("GET", "/desk/deadlines/pauses", "Reasons for a pause", pauses.list_reasons, _RULES, DoneQuery),
    page("POST", "/desk/deadlines/pauses", "A new reason for a pause", pauses.add_reason, _RULES),
    page("POST", "/desk/deadlines/pauses/{reason}", "Change a reason for a pause", pauses.change_reason, _RULES),
    page("GET", _VERSION, "Deadlines as they were", deadlines.show_deadlines_version, _RULES),
    page("POST", _VERSION, "Put them in force again", deadlines.bring_back, _RULES),
)
