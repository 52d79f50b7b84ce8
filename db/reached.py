"""Which citizens were reached, and by whom: one meaning for the list of those who gave up and for each click on *Gọi lại*. Refuses to
take a try for a talk.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline1022.core.callbacks import Talk
from hotline1022.core.outcomes import Direction, Reason, Result
from hotline1022.db.columns import condition
from hotline1022.db.tables import call, leg, number, person
from hotline1022.db.tables_callbacks import callback

#: of a call that 1022 made, and of which nobody wrote down the end: the agent had talked with her before
_LOST_AFTERWARDS = and_(
    call.c.reason == Reason.END_UNKNOWN,
    select(callback.c.call)
    .where(callback.c.call == call.c.id, callback.c.reason == Reason.CITIZEN_ANSWERED)
    .correlate(call)
    .exists(),
)
#: of a call: somebody of 1022 talked with the citizen
TALKED = or_(
    call.c.result.in_((Result.ANSWERED, Result.REACHED)),
    call.c.reason == Reason.EMERGENCY_BY_AGENT,
    condition(f"call.line <> '' AND call.direction = '{Direction.IN}'"),  # and asked for 115 afterwards
    _LOST_AFTERWARDS,
)
#: of a leg to her number: she picked it up
PICKED_UP = (leg.c.answered_at.is_not(None), leg.c.kind != "citizen")
_NAME = func.coalesce(person.c.name, "").label("name")


async def talks_with(connection: AsyncConnection, numbers: Collection[str], since: datetime) -> Mapping[str, Talk]:
    """The last talk that began after that moment, by number: those of calls from and to it, and of calls that rang it."""
    wanted = sorted(set(numbers) - {""})
    at = func.coalesce(call.c.answered_at, call.c.entered_at)
    own = select(number.label("number"), call.c.id.label("call"), at.label("at"), _NAME)
    own = own.select_from(call.outerjoin(person, person.c.id == call.c.person))
    own = own.where(number.in_(wanted), call.c.entered_at > since, TALKED)
    rung = select(leg.c.party.label("number"), call.c.id.label("call"), leg.c.answered_at.label("at"), _NAME)
    rung = rung.select_from(leg.join(call, call.c.id == leg.c.call_id).outerjoin(person, person.c.id == call.c.person))
    rung = rung.where(leg.c.party.in_(wanted), leg.c.started_at > since, *PICKED_UP)
    found: dict[str, Talk] = {}
    for query in (own, rung):
        for row in (await connection.execute(_latest(query))).mappings():
            talk = Talk(call=row["call"], at=row["at"], name=row["name"])
            if row["number"] not in found or talk.at > found[row["number"]].at:
                found[row["number"]] = talk
    return found


def _latest(talks: Select[tuple[str, str, datetime, str]]) -> Select[tuple[str, str, datetime, str]]:
    """The last one of each number."""
    every = talks.subquery()
    order = (every.c.at.desc(), every.c.call.desc())
    ranked = select(every, func.row_number().over(partition_by=every.c.number, order_by=order).label("rank")).subquery()
    return select(ranked.c.number, ranked.c.call, ranked.c.at, ranked.c.name).where(ranked.c.rank == 1)
