"""The desk with the plan of shifts, reasons for a pause and deadlines over a real database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import time
from pathlib import Path
from typing import Any

import pytest

from hotline1022.core.ids import PersonId
from hotline1022.db.types import Crew
from hotline1022.db.unit import Database
from hotline1022.queue.types import Person, Shift
from hotline1022.service.lines.pause_desk import PauseDesk
from hotline1022.service.lines.people import PeopleDesk
from hotline1022.service.lines.pins import hash_pin
from hotline1022.service.lines.roster_desk import RosterDesk
from hotline1022.service.settings.tree import Settings
from hotline1022.service.tickets.deadlines_view import DeadlinesView
from hotline1022.service.tickets.policy_desk import PolicyDesk
from hotline1022.service.views import ShiftsView
from hotline1022.tickets.policy import Policy
from tests.contract.database.desk_world import World, open_desk
from tests.contract.database.made import HASH

NAMES = {"1001": "Nguyễn Thị Lan", "1002": "Trần Văn Bình", "1003": "Lê Thị Cúc", "1004": "Phạm Minh"}
SHIFTS = (
    Shift(id="early", name="Ca sáng", starts=time(6), ends=time(14), needed=2),
    Shift(id="late", name="Ca chiều", starts=time(14), ends=time(22), needed=2),
    Shift(id="night", name="Ca đêm", starts=time(22), ends=time(6), needed=1),
)
CREWS = (Crew(id="k1", name="Kíp 1", people=("1001", "1002")), Crew(id="k2", name="Kíp 2", people=("1003", "1004")))
#: who is at a line is nobody's question here
NO_AGENTS: Any = None


@dataclass
class Planning:
    world: World
    pauses: PauseDesk
    policies: PolicyDesk
    #: digits that telephones may key, and the policy of tickets, as they were told
    codes: list[str] = field(default_factory=list)
    used: list[Policy] = field(default_factory=list)

    @property
    def database(self) -> Database:
        return self.world.database


async def fill(database: Database) -> None:
    """Four people, two crews, three shifts; nobody is planned."""
    async with database.transaction() as tx:
        for id, name in NAMES.items():
            await tx.agents.add_person(Person(id=PersonId(id), name=name, pin_hash=HASH, active=True))
        await tx.shifts.save_shifts(SHIFTS)
        await tx.shifts.save_crews(CREWS)


@asynccontextmanager
async def open_planning(database: Database, folder: Path, *, policy: Path | None = None) -> AsyncIterator[Planning]:
    """As the service puts it together."""
    made: Planning
    plain = Settings()
    settings = replace(plain, paths=replace(plain.paths, data=folder, ticket_policy=policy))

    def clock() -> Any:
        return made.world.now

    codes: list[str] = []
    used: list[Policy] = []
    policies = PolicyDesk(database, settings, use=used.append, clock=clock)
    pauses = PauseDesk(
        database,
        settings=lambda: settings.queue.pause_reasons,
        use=lambda told: codes.__setitem__(slice(None), told),
        clock=clock,
    )
    parts = {
        "shifts": ShiftsView(database, NO_AGENTS),
        "people": PeopleDesk(database, hash_pin),
        "roster": RosterDesk(database),
        "pauses": pauses,
        "deadlines": DeadlinesView(policies, clock),
    }
    async with open_desk(database, folder, **parts) as world:
        made = Planning(world, pauses, policies, codes, used)
        await policies.start()
        await pauses.start()
        yield made


@pytest.fixture
async def planning(database: Database, tmp_path: Path) -> AsyncIterator[Planning]:
    async with open_planning(database, tmp_path) as made:
        yield made
