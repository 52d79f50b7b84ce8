"""People, who sits at which line, and what each was doing. Refuses one person at two lines and two at one line."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from secrets import token_hex
from typing import Any

from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy import insert as plain_insert

from hotline1022.core.errors import Invalid, NotFound, Refused
from hotline1022.core.standing import TABLE, Place, Standing, Then, standing
from hotline1022.db.columns import condition
from hotline1022.db.sql import Repository, build, insert_new, picker
from hotline1022.db.tables import agent_session, agent_state_change, person, pin_try
from hotline1022.db.tables_accounts import user_account
from hotline1022.db.tries import count_try
from hotline1022.db.types import SessionRow, StateChange
from hotline1022.queue.types import AgentState, Person

_person_values = picker(Person)
_STATES = frozenset(state.value for state in AgentState)
_OPEN = condition("agent_session.logged_out_at IS NULL")


class AgentRepository(Repository):
    """People and their sessions."""

    async def person(self, person_id: str) -> Person | None:
        """The person, active or not; None for nobody."""
        found = await self._connection.execute(select(person).where(person.c.id == person_id))
        row = found.mappings().one_or_none()
        return None if row is None else build(Person, row)

    async def people(self, *, active: bool | None = None) -> Sequence[Person]:
        """All, by id."""
        query = select(person).order_by(person.c.id)
        if active is not None:
            query = query.where(person.c.active.is_(active))
        return [build(Person, row) for row in (await self._connection.execute(query)).mappings()]

    async def standings(self, people: Collection[str]) -> Mapping[str, Standing]:
        """What each of these is, by the row and the accounts of the desk; nobody whom nobody knows."""
        rows = await self._connection.execute(
            select(person.c.id, person.c.active, user_account.c.active.label("account"))
            .outerjoin(user_account, user_account.c.person == person.c.id)
            .where(person.c.id.in_(list(people)))
        )
        active: dict[str, bool] = {}
        accounts: dict[str, list[bool]] = defaultdict(list)
        for row in rows:
            active[row.id] = row.active
            if row.account is not None:
                accounts[row.id].append(row.account)
        return {id: standing(active=is_active, accounts=accounts[id]) for id, is_active in active.items()}

    async def _hold(self, person_id: str) -> None:
        """Until this transaction ends nobody shuts out or ends this person."""
        if self._dialect == "postgresql":
            for row, named in ((person, person.c.id), (user_account, user_account.c.person)):
                await self._connection.execute(select(row.c.id).where(named == person_id).with_for_update(read=True))

    async def hold_person(self, person_id: str) -> Person:
        """One, and nobody changes it until this transaction ends; NotFound `person-not-found`."""
        if self._dialect == "postgresql":
            await self._connection.execute(select(person.c.id).where(person.c.id == person_id).with_for_update())
        known = await self.person(person_id)
        if known is None:
            raise _nobody(person_id)
        return known

    async def add_person(self, new: Person) -> None:
        """Add one; Refused `person-exists`. The PIN comes as an Argon2id hash, anything else is refused."""
        done = await self._connection.execute(insert_new(self._dialect, person), _person_values(new))
        if not done.rowcount:
            raise Refused(f"there is a person {new.id} already; choose another id", error_id="person-exists")

    async def change_person(
        self, person_id: str, *, name: str | None = None, pin_hash: str | None = None, active: bool | None = None
    ) -> None:
        """Change what is given; NotFound `person-not-found`."""
        given = {"name": name, "pin_hash": pin_hash, "active": active}
        values = {column: value for column, value in given.items() if value is not None}
        if not values:
            return
        done = await self._connection.execute(update(person).where(person.c.id == person_id).values(values))
        if not done.rowcount:
            raise _nobody(person_id)

    async def try_pin(self, person_id: str, at: datetime, *, tries: int, since: datetime) -> bool:
        """Count one try; see db/tries.py."""
        return await count_try(self._connection, pin_try, person_id, at, tries=tries, since=since)

    async def forget_pin_tries(self, person_id: str) -> None:
        """The PIN was right, or there is a new one."""
        await self._connection.execute(delete(pin_try).where(pin_try.c.person_id == person_id))

    async def open_session(self, person_id: str, line: str, at: datetime) -> SessionRow:
        """Log in; Refused `person-elsewhere` or `line-taken`, and `pin-wrong` who was shut out or ended since the PIN was looked at. Who is
        at that line already gets the same session again.
        """
        await self._hold(person_id)
        stands = (await self.standings([person_id])).get(person_id)
        if stands is None:
            raise _nobody(person_id)
        if TABLE[stands, Place.OUT] is not Then.LET_IN:
            raise Refused("the person id or the PIN is wrong", error_id="pin-wrong")
        values = {"id": token_hex(8), "person_id": person_id, "line": line, "logged_in_at": at, "end_reason": ""}
        await self._connection.execute(insert_new(self._dialect, agent_session), values)
        taken = or_(agent_session.c.person_id == person_id, agent_session.c.line == line)
        for session in await self._sessions(_OPEN, taken):
            if session.person == person_id and session.line == line:
                return session
            if session.person == person_id:
                raise Refused(
                    f"person {person_id} is logged in at line {session.line}; log out there first",
                    error_id="person-elsewhere",
                )
            raise Refused(
                f"line {line} is in use by person {session.person}; log out there first", error_id="line-taken"
            )
        raise Refused(f"line {line} was taken at the same moment; try again", error_id="line-taken")

    async def close_session(self, session_id: str, at: datetime, reason: str) -> None:
        """Log out; closing twice changes nothing."""
        await self._connection.execute(
            update(agent_session)
            .where(agent_session.c.id == session_id, _OPEN)
            .values(logged_out_at=at, end_reason=reason)
        )

    async def open_sessions(self) -> Sequence[SessionRow]:
        """Everybody logged in, by line."""
        return await self._sessions(_OPEN)

    async def session_at(self, line: str, at: datetime) -> SessionRow | None:
        """Who was at the line at that moment, for calls that are read later than they happened."""
        after = or_(_OPEN, agent_session.c.logged_out_at > at)
        found = await self._sessions(agent_session.c.line == line, agent_session.c.logged_in_at <= at, after)
        return found[-1] if found else None

    async def _sessions(self, *wanted: Any) -> list[SessionRow]:
        order = (agent_session.c.line, agent_session.c.logged_in_at, agent_session.c.id)
        rows = await self._connection.execute(select(agent_session).where(*wanted).order_by(*order))
        return [build(SessionRow, row, person=row["person_id"]) for row in rows.mappings()]

    async def note_state(self, change: StateChange) -> None:
        """Append to the history of states; Invalid for a word that is no state."""
        if change.state not in _STATES:
            raise Invalid(f"{change.state!r} is no state of an agent; use one of {', '.join(sorted(_STATES))}")
        values = {
            "person_id": change.person,
            "line": change.line,
            "state": AgentState(change.state),
            "reason": change.reason,
            "at": change.at,
            "counted": change.counted,
        }
        await self._connection.execute(plain_insert(agent_state_change), values)

    async def states(self, person_id: str, *, since: datetime, until: datetime) -> Sequence[StateChange]:
        """What a person did in a time, oldest first."""
        query = _changes(person_id, since).where(agent_state_change.c.at < until)
        rows = await self._connection.execute(query.order_by(agent_state_change.c.at, agent_state_change.c.id))
        return [_change(row) for row in rows.mappings()]

    async def last_state(self, person_id: str, *, since: datetime) -> StateChange | None:
        """The latest of what a person did from then on."""
        latest = (agent_state_change.c.at.desc(), agent_state_change.c.id.desc())
        found = await self._connection.execute(_changes(person_id, since).order_by(*latest).limit(1))
        row = found.mappings().one_or_none()
        return None if row is None else _change(row)


def _changes(person_id: str, since: datetime) -> Select[Any]:
    return select(agent_state_change).where(
        agent_state_change.c.person_id == person_id, agent_state_change.c.at >= since
    )


def _change(row: Mapping[Any, Any]) -> StateChange:
    return build(StateChange, row, person=row["person_id"], state=row["state"].value)


def _nobody(person_id: str) -> NotFound:
    return NotFound(f"there is no person {person_id!r}; add the person first", error_id="person-not-found")
