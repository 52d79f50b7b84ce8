"""Those who answer at the lines, changed at the desk and by programs, each change with what it was and what it is in the audit. Refuses to
write over a name that somebody else changed meanwhile, and to delete anybody: calls and shifts name them.
"""

from collections.abc import Awaitable, Callable, Sequence

from hotline1022.accounts.rules import name_of
from hotline1022.core.acting import acting
from hotline1022.core.errors import Refused
from hotline1022.core.ids import PersonId
from hotline1022.core.people import check_new_pin, check_person
from hotline1022.core.standing import Standing
from hotline1022.db.unit import Database, Work
from hotline1022.queue.types import Person
from hotline1022.web.types import PersonView


class PeopleDesk:
    """web.people_port.People. `renamed` is told how somebody is called from now on; who may be at a line no more is logged out by
    service/lines/shut_out.py.
    """

    def __init__(
        self,
        database: Database,
        hash_pin: Callable[[str], Awaitable[str]],
        renamed: Callable[[str, str], None] = lambda person, name: None,
    ) -> None:
        self._database, self._hash_pin, self._renamed = database, hash_pin, renamed

    async def list(self) -> Sequence[PersonView]:
        """All, by id."""
        async with self._database.reading() as tx:
            people = await tx.agents.people()
            standings = await tx.agents.standings([one.id for one in people])
        return [_view(one, standings[one.id]) for one in people]

    async def create(self, person: str, name: str, pin: str) -> PersonView:
        """Add one. Invalid `person-invalid`, `name-invalid`, `pin-weak`; Refused `person-exists`."""
        made = Person(id=PersonId(check_person(person)), name=name_of(name), pin_hash=await self._pin(pin), active=True)
        async with self._database.transaction() as tx:
            await tx.agents.add_person(made)
            _tell(None, made)
            return await _seen(tx, made)

    async def new_pin(self, person: str, pin: str) -> PersonView:
        """Another PIN; earlier wrong ones are forgotten. Invalid `pin-weak`, NotFound `person-not-found`."""
        hashed = await self._pin(pin)
        async with self._database.transaction() as tx:
            await tx.agents.change_person(person, pin_hash=hashed)
            await tx.agents.forget_pin_tries(person)
            return await _seen(tx, await tx.agents.hold_person(person))

    async def rename(self, person: str, name: str, before: str | None = None) -> PersonView:
        """Another name, in one form of writing. Invalid `name-invalid`, NotFound `person-not-found`; Refused `person-changed` when the
        name is not `before` any more.
        """
        name = name_of(name)
        async with self._database.transaction() as tx:
            known = await tx.agents.hold_person(person)
            if before is not None and known.name != before:
                text = f"person {person} was named {known.name} meanwhile; look at it again"
                raise Refused(text, error_id="person-changed")
            view = await self._change(tx, known, name=name)
        self._renamed(person, name)
        return view

    async def end(self, person: str) -> PersonView:
        """Answers no more; who has ended stays so. NotFound `person-not-found`."""
        return await self._set(person, active=False)

    async def take_back(self, person: str) -> PersonView:
        """Answers again, with the PIN of before. NotFound `person-not-found`."""
        return await self._set(person, active=True)

    async def _set(self, person: str, *, active: bool) -> PersonView:
        async with self._database.transaction() as tx:
            return await self._change(tx, await tx.agents.hold_person(person), active=active)

    async def _change(
        self, tx: Work, before: Person, *, name: str | None = None, active: bool | None = None
    ) -> PersonView:
        await tx.agents.change_person(before.id, name=name, active=active)
        after = await tx.agents.hold_person(before.id)
        _tell(before, after)
        return await _seen(tx, after)

    async def _pin(self, pin: str) -> str:
        return await self._hash_pin(check_new_pin(pin))


async def _seen(tx: Work, one: Person) -> PersonView:
    return _view(one, (await tx.agents.standings([one.id]))[one.id])


def _view(one: Person, stands: Standing) -> PersonView:
    return PersonView(id=one.id, name=one.name, active=one.active, shut_out=stands is Standing.SHUT_OUT)


def _told(one: Person | None) -> object:
    return {"name": one.name, "active": one.active} if one else None


def _tell(before: Person | None, after: Person) -> None:
    """The entry of the audit says what it was and what it is."""
    if (act := acting()) is not None:
        act.subject = f"person:{after.id}"
        act.detail = {**act.detail, "before": _told(before), "after": _told(after)}
