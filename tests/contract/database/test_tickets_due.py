"""The list of tickets by what must be done first, over the API and both databases: in parts by cursors it is the whole, in the order of
the page.
"""

from dataclasses import replace
from datetime import timedelta

from hotline1022.db.unit import Database
from hotline1022.tickets.left import left
from hotline1022.tickets.types import CLOSED, Action, State, Ticket, TicketCursor, TicketFilter
from tests.unit.tickets_made import NOW, POLICY, made, walked

A = Action
#: what each of them has behind it: new, forwarded, with an agency, paused, answered, closed
WAYS = (
    (),
    (A.FORWARD,),
    (A.FORWARD, A.ACCEPT),
    (A.FORWARD, A.ACCEPT, A.WAIT),
    (A.FORWARD, A.ACCEPT, A.ANSWER),
    (A.REFUSE,),
)
OPEN = frozenset(State) - CLOSED - {State.RESERVED}


def some() -> list[Ticket]:
    """Thirty, of which several were made in the same moment."""
    found = []
    for number in range(30):
        when = NOW + timedelta(minutes=number // 3)
        change = made(id=f"{number * 7919 % 65536:016x}", code=f"{20000000 + number}", calls=(), when=when)
        found.append(walked(change.after, *WAYS[number % len(WAYS)]))
    return found


async def test_parts_behind_each_other_are_the_whole(database: Database) -> None:
    async with database.transaction() as tx:
        for one in some():
            assert await tx.tickets.add(replace(made(id=one.id), after=one))
    wanted = TicketFilter(states=OPEN, due_first=True, limit=100)
    async with database.reading() as tx:
        whole = [one.id for one in await tx.tickets.list(wanted)]
        for size in (1, 4, 7):
            parts: list[Ticket] = []
            place = None
            while True:
                found = await tx.tickets.list(replace(wanted, before=place, limit=size))
                parts += found
                if len(found) < size:
                    break
                last = found[-1]
                owed = left(last, NOW, POLICY)
                place = TicketCursor(created_at=last.created_at, ticket=last.id, due=owed.by if owed else None)
            assert [one.id for one in parts] == whole
    assert len(whole) == 25
