"""A plan as the dialplan reads it: `NUMBER:SECONDS:ROLE:CONTACT:WHICH:SKIP`, steps joined by `&`. Pure.

Refuses whatever would mean something else there: every value is checked, nothing is escaped.
"""

import re
from collections.abc import Iterable, Sequence

from hotline1022.cascade.types import PlannedStep
from hotline1022.core.errors import Invalid

#: Asterisk takes a variable of any length, AGI a line of 8 KiB; no agency needs more
MOST_STEPS = 12
#: a number as dialled: 3 to 15 digits, or "" when it is missing
_NUMBER = re.compile(r"[0-9]{3,15}|")
_WORD = re.compile(r"[A-Za-z0-9._-]{1,64}")
_ROLES, _WHICH = frozenset({"specialist", "leader"}), frozenset({"office", "mobile"})
_HOURS = re.compile(r"(?:[0-9]{4}-[0-9]{4}\.[a-z]{3}(?:-[a-z]{3})?(?:\+(?!$)|$))+|")
#: before hours that Asterisk is to judge by itself
HOURS_MARK = "@"


def written(steps: Sequence[PlannedStep]) -> str:
    """The steps as the dialplan takes them; Invalid `plan-invalid` names the value that it could not read."""
    if len(steps) > MOST_STEPS:
        raise Invalid(f"a plan has at most {MOST_STEPS} steps, this one has {len(steps)}", error_id="plan-invalid")
    return "&".join(":".join(_fields(step)) for step in steps)


def _fields(step: PlannedStep) -> Iterable[str]:
    skip = step.skip or (HOURS_MARK + step.hours if step.hours else "")
    for value, fits in (
        (step.number, _NUMBER.fullmatch(step.number)),
        (step.seconds, 3 <= step.seconds <= 120),
        (step.role, step.role in _ROLES),
        # an agency without anybody of a role has a step that says so
        (step.contact, _WORD.fullmatch(step.contact) or not (step.contact or step.number)),
        (step.which, step.which in _WHICH),
        (step.skip, step.skip in {"", "outside-hours"}),
        (step.hours, _HOURS.fullmatch(step.hours)),
    ):
        if not fits:
            raise Invalid(f"{value!r} cannot stand in a step of a plan; mend the directory", error_id="plan-invalid")
    return step.number, str(step.seconds), step.role, step.contact, step.which, skip


def answer(*, agency: str, category: str, ticket: str, code: str, about: str, steps: Sequence[PlannedStep]) -> str:
    """The service's answer to the dialplan: `OK~agency~category~ticket~code~about~steps`."""
    parts = (agency, category, ticket, code, about)
    if not all(part == "" or _WORD.fullmatch(part) for part in parts):
        raise Invalid(f"{parts} cannot be told to the dialplan", error_id="plan-invalid")
    return "~".join(("OK", *parts, written(steps)))


#: the answer when no agency has the code that was keyed
UNKNOWN = "NO~"


def kept(agency: str, steps: Sequence[PlannedStep]) -> str:
    """What Asterisk's own database keeps of an agency, for the time without the service: `agency~steps`."""
    if not _WORD.fullmatch(agency):
        raise Invalid(f"{agency!r} is no id of an agency", error_id="plan-invalid")
    return f"{agency}~{written(steps)}"


#: characters of one value in Asterisk's own database: its console passes over a command of more than 511 in silence
LONGEST_PIECE = 440
#: and of a whole plan: a variable of the dialplan holds 4095
LONGEST_PLAN = 3500


def pieces(plan: str) -> tuple[str, ...]:
    """A plan cut between steps into what Asterisk's database takes; joined they are the plan. Invalid when it is too long."""
    found = [""]
    for step in re.split("(?=&)", plan):
        if len(found[-1]) + len(step) > LONGEST_PIECE:
            found.append("")
        found[-1] += step
    if len(plan) > LONGEST_PLAN or any(len(piece) > LONGEST_PIECE for piece in found):
        raise Invalid("the plan is too long for Asterisk; shorten its hours or its steps", error_id="plan-invalid")
    return tuple(filter(None, found))
