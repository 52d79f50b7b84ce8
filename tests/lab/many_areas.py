"""A day with tickets from many places, for charts that have more slices than are drawn. Refuses nothing."""

import random
from dataclasses import replace
from datetime import datetime, timedelta

from hotline1022.db.unit import Database
from hotline1022.tickets.types import State
from tests.lab.figures_world import a_ticket

AREAS = 60


async def many_areas(database: Database, at: datetime, areas: int = AREAS, *, already: int = 0) -> int:
    """Tickets that were made at this moment: of the first area `areas`, of each next one fewer, of the last one; how many in all.
    Codes go on after `already` of them.
    """
    dice, number = random.Random(60), already
    async with database.transaction() as tx:
        for area in range(areas):
            for _ in range(areas - area):
                change = a_ticket(dice, 1_000_000 + number, ())
                made = replace(
                    change.after,
                    code=f"{90_000_000 + number:08d}",
                    created_at=at,
                    state=State.FORWARDED,
                    area=f"khu-{area:02d}",
                    area_name=f"Phường Thủ Dầu Một {area + 1}",
                    begun_at=at,
                    forward_by=at,
                    answer_by=at + timedelta(days=5),
                    original_answer_by=None,
                    answered_at=None,
                    closed_at=None,
                    stopped_at=None,
                )
                assert await tx.tickets.add(
                    replace(change, after=made, row=replace(change.row, at=at, after=made.state))
                )
                number += 1
    return number - already
