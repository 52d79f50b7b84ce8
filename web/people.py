"""Answers about those who answer at the lines. Refuses nothing itself."""

from hotline1022.web.people_wire import PersonChange
from hotline1022.web.route import Ask
from hotline1022.web.types import PersonView
from hotline1022.web.wire import PersonBody, PersonList, PinBody


async def list_people(ask: Ask) -> PersonList:
    """All people."""
    return PersonList(people=tuple(await ask.ports.people.list()))


async def create_person(ask: Ask) -> PersonView:
    """One more who answers."""
    body: PersonBody = ask.body
    return await ask.ports.people.create(body.id, body.name, body.pin)


async def change_pin(ask: Ask) -> PersonView:
    """Another PIN for one who answers."""
    body: PinBody = ask.body
    return await ask.ports.people.new_pin(ask.path["person"], body.pin)


async def rename_person(ask: Ask) -> PersonView:
    """Another name."""
    body: PersonChange = ask.body
    return await ask.ports.people.rename(ask.path["person"], body.name, body.before)


async def end_person(ask: Ask) -> PersonView:
    """Answers no more."""
    return await ask.ports.people.end(ask.path["person"])


async def take_back_person(ask: Ask) -> PersonView:
    """Answers again."""
    return await ask.ports.people.take_back(ask.path["person"])
