"""Erasures in the background, one at a time, and how far each request is. Refuses a second one meanwhile; the same one asked for again,
because a button was pressed twice, is one.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hotline1022.audit.types import Entry, Kind
from hotline1022.core.acting import Acting, acting, acts
from hotline1022.core.errors import NotFound, Refused
from hotline1022.db.citizen_requests import counts_of
from hotline1022.db.unit import Database
from hotline1022.service.background.guard import Run
from hotline1022.service.background.work import Background, Progress, id_of, now
from hotline1022.service.citizen.desk import Citizens
from hotline1022.service.citizen.erasure import PARTS
from hotline1022.service.citizen.standing import Standing
from hotline1022.web.citizen_wire import ErasureRequestView, ErasureStage
from hotline1022.web.types import WorkState

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """The one that runs, or ran last; whose it is, is not in it."""

    request: str
    seen: str
    state: WorkState
    asked_by: str
    origin: str
    ended_at: datetime | None = None
    done: int = 0
    work: int = 0
    error: str = ""
    error_id: str = ""


class Erasing:
    """`run()` does what was begun."""

    def __init__(self, citizens: Citizens, database: Database) -> None:
        self._citizens, self._database = citizens, database
        self._work: Background[Running] = Background("erasure", now)
        self._begins = asyncio.Lock()
        #: of the one that was begun, until its work takes it over: nobody knows it after that
        self._number = ""
        self._standing = Standing(database, self._runs)

    async def run(self) -> None:
        """Until cancelled."""
        try:
            await self._work.run()
        finally:
            self._number = ""

    def parts(self) -> Mapping[str, Run]:
        """What works in the background, by name."""
        return {"erasures": self.run, "erasures that are broken off": self._standing.run}

    async def begin(self, request: str, number: str, reason: str, seen: str) -> ErasureRequestView:
        """Ask for it, where nobody has asked under this id, and confirm it. Refused `erasure-running`, `erasure-changed`, and as
        Citizens.request and confirm.
        """
        async with self._begins:  # pressed twice, the second finds what the first has begun
            row = await self._row(request)
            running = self._work.running
            if row is not None and (row["done_at"] is not None or (running and running.request == request)):
                return await self.erasure(request)
            if running is not None or self._work.ending:
                text = "another erasure runs; wait until it has ended"
                raise Refused(text, error_id="erasure-running")
            if row is None:
                await self._citizens.request(number, reason, seen=seen, id=request)
            else:
                await self._citizens.proven(request, number, seen=seen)
            await self._citizens.accept(request)
            act = acting() or Acting(actor="service", origin="service", act="")
            self._number = number
            self._work.begin(
                Running(
                    request=request,
                    seen=seen,
                    state=WorkState.RUNNING,
                    asked_by=act.actor,
                    origin=act.origin,
                ),
                self._erase,
            )
        return await self.erasure(request)

    async def erasure(self, request: str) -> ErasureRequestView:
        """How far one is; NotFound `erasure-unknown`."""
        last = self._work.view  # before the row is read: whoever runs then and is not done in the row runs still
        async with self._database.reading() as tx:
            row = await tx.citizens.requests.asked(request)
            about = f"citizen:{row['pseudonym']}"
            return _view(last, row, (await tx.audit.last_about([about], Kind.CITIZEN_ERASED)).get(about))

    async def latest(self, limit: int) -> tuple[ErasureRequestView, ...]:
        """The latest ones, those first that nobody has carried out."""
        last = self._work.view
        async with self._database.reading() as tx:
            rows = await tx.citizens.requests.latest(limit)
            about = {row["id"]: f"citizen:{row['pseudonym']}" for row in rows}
            ends = await tx.audit.last_about(list(about.values()), Kind.CITIZEN_ERASED)
        return tuple(_view(last, row, ends.get(about[row["id"]])) for row in rows)

    async def _row(self, request: str) -> Mapping[str, Any] | None:
        async with self._database.reading() as tx:
            try:
                return await tx.citizens.requests.asked(request)
            except NotFound:
                return None

    async def _erase(self, asked: Running, progress: Progress) -> Mapping[str, object]:
        # the act of the request that began it is written down already
        act = Acting(actor=asked.asked_by, origin=asked.origin, act="", noted=True)
        number, self._number = self._number, ""
        try:
            with acts(act):
                await self._citizens.confirm(asked.request, number, seen=asked.seen, progress=progress)
        except Exception as error:
            await self._tell(asked.request, id_of(error))
            raise
        return {}

    async def _tell(self, request: str, error_id: str) -> None:
        try:
            await self._standing.tell(request, error_id)
        except Exception:  # it is found by the next look; why it ended is raised
            log.exception("that the erasure %s is broken off is not written down yet", request)

    def _runs(self) -> str:
        running = self._work.running
        return running.request if running else ""


def _view(last: Running | None, row: Mapping[str, Any], told: Entry | None) -> ErasureRequestView:
    last = last if last is not None and last.request == row["id"] else None
    runs = last is not None and last.state is WorkState.RUNNING
    end = told.detail if told is not None and told.detail.get("request") == row["id"] else {}
    so_far = {name: many for name, many in counts_of(row["gone"]).items() if name in PARTS}
    return ErasureRequestView(
        request=row["id"],
        stage=_stage(row, runs),
        reason=row["reason"],
        asked_at=row["requested_at"],
        asked_by=row["requested_by"],
        confirmed_at=row["confirmed_at"],
        confirmed_by=row["confirmed_by"],
        done_at=row["done_at"],
        pseudonym=row["pseudonym"],
        counts=so_far if row["done_at"] is None else _mapping(end.get("counts")),
        kept=_mapping(end.get("kept")),
        done=last.done if last else 0,
        work=last.work if last else 0,
        error_id=last.error_id if last and row["done_at"] is None else "",
    )


def _stage(row: Mapping[str, Any], runs: bool) -> ErasureStage:
    if row["done_at"] is not None:
        return ErasureStage.DONE
    if runs:
        return ErasureStage.RUNNING
    return ErasureStage.ASKED if row["confirmed_at"] is None else ErasureStage.BROKEN_OFF


def _mapping(value: object) -> Mapping[str, Any]:
    """What an entry tells; somebody may have spoilt it."""
    return value if isinstance(value, Mapping) else {}
