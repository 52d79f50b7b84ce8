"""Reasons for a pause, as people choose them at telephones and on pages: the settings' list until somebody changes it at the desk,
rows from then on. Refuses to delete one, as the past names it, and to end the last.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from hotline1022.core.acting import acting
from hotline1022.core.errors import HotlineError, Invalid, NotFound, Refused
from hotline1022.core.texts import one_form
from hotline1022.db.unit import Database, Work
from hotline1022.queue.types import PauseKind
from hotline1022.service.settings.tree import PauseReason
from hotline1022.web.pauses_wire import PausePast, PauseWas

log = logging.getLogger(__name__)

#: seconds between two looks whether another process changed them
LOOK_SECONDS = 30.0
#: who wrote those of the settings
BY_FILE = "settings"
NAME_LIMIT = 40
#: changes of a reason that are told
TOLD = 20


class PauseDesk:
    """web.pauses_port.PauseReasons; `start` before anybody asks, `run` in the service's TaskGroup.

    `use` is told which digits may be keyed, at once after each change.
    """

    def __init__(
        self,
        database: Database,
        *,
        settings: Callable[[], Sequence[PauseReason]],
        use: Callable[[Sequence[str]], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._database, self._settings, self._use, self._clock = database, settings, use, clock
        self._rows: Sequence[PauseKind] = ()

    @property
    def file_leads(self) -> bool:
        """Whether nobody has changed anything at the desk."""
        return not self._rows

    @property
    def now(self) -> Sequence[PauseKind]:
        """All, by digit; those that have ended too."""
        return self._rows or self._of_settings()

    @property
    def codes(self) -> list[str]:
        """Digits that may be keyed."""
        return [one.code for one in self.now if one.ended_at is None]

    @property
    def names(self) -> Mapping[str, str]:
        """What may be chosen, by digit."""
        return {one.code: one.name for one in self.now if one.ended_at is None}

    # ---------------------------------------------------------------- the start, and others

    async def start(self) -> None:
        """What the database has is in force."""
        async with self._database.reading() as tx:
            self._rows = await tx.pauses.all()
        self._use(self.codes)

    async def run(self) -> None:
        """Look again and again whether another process changed them; what is in force goes on while the database is away."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.start()
            except HotlineError as error:
                log.warning("whether reasons for a pause were changed could not be looked at: %s", error)

    # ---------------------------------------------------------------- changes

    async def list(self) -> Sequence[PauseKind]:
        """As `now`."""
        return self.now

    async def changes(self, code: str) -> Sequence[PausePast]:
        """What became of one, latest first, as the audit tells it. NotFound `reason-unknown`."""
        if all(one.code != code for one in self.now):
            raise NotFound(f"there is no pause reason {code}; the list has them", error_id="reason-unknown")
        async with self._database.reading() as tx:
            entries = await tx.audit.about(f"pause-reason:{code}", limit=TOLD)
        found = ((one, _was(one.told.get("before")), _was(one.told.get("after"))) for one in reversed(entries))
        return [PausePast(at=one.at, by=one.actor, before=before, after=after) for one, before, after in found if after]

    async def add(self, code: str, name: str, by: str) -> PauseKind:
        """Another one. Invalid `reason-invalid`, Refused `reason-exists`."""
        if len(code) != 1 or code not in "0123456789":
            raise Invalid("a reason is keyed as one digit; choose 0 to 9", error_id="reason-invalid")
        made = PauseKind(code=code, name=_name(name), by=by, at=self._clock(), version=1)
        async with self._database.transaction() as tx:
            await self._begin(tx)
            await tx.pauses.add(made)
            _tell(None, made)
        await self.start()
        return made

    async def rename(self, code: str, name: str, seen: int, by: str) -> PauseKind:
        """Another word for it. NotFound `reason-unknown`, Invalid `reason-invalid`, Refused `reason-changed`."""
        return await self._change(code, seen, by, name=_name(name))

    async def end(self, code: str, seen: int, by: str) -> PauseKind:
        """Nobody chooses it any more; who is in such a pause stays in it. Refused `reason-last`, `reason-changed`."""
        return await self._change(code, seen, by, ended_at=self._clock())

    async def bring_back(self, code: str, seen: int, by: str) -> PauseKind:
        """It may be chosen again. Refused `reason-changed`."""
        return await self._change(code, seen, by, ended_at=None)

    async def _change(self, code: str, seen: int, by: str, **changes: object) -> PauseKind:
        async with self._database.transaction() as tx:
            rows = await self._begin(tx)
            before = next((one for one in rows if one.code == code), None)
            if before is None:
                raise NotFound(f"there is no pause reason {code}; the list has them", error_id="reason-unknown")
            if changes.get("ended_at") and not any(one.ended_at is None and one.code != code for one in rows):
                raise Refused("it is the last reason that may be chosen; add another one first", error_id="reason-last")
            # a list of the settings has version 0 on pages, and 1 as soon as it is rows
            after = replace(before, **changes, by=by, at=self._clock(), version=before.version + 1)  # type: ignore[arg-type]
            await tx.pauses.change(after, max(seen, 1))
            _tell(before, after)
        await self.start()
        return after

    async def _begin(self, tx: Work) -> Sequence[PauseKind]:
        """The rows; those of the settings where there were none."""
        if not await tx.pauses.all():
            at = self._clock()
            await tx.pauses.begin(replace(one, version=1, at=at) for one in self._of_settings())
        return await tx.pauses.all()

    def _of_settings(self) -> Sequence[PauseKind]:
        return [PauseKind(code=one.code, name=one.name, by=BY_FILE, at=None, version=0) for one in self._settings()]


def _was(told: object) -> PauseWas | None:
    if not isinstance(told, Mapping) or "name" not in told:
        return None
    return PauseWas(name=str(told["name"]), ended=bool(told.get("ended")))


def _name(text: str) -> str:
    name = " ".join(one_form(text).split())
    if not 0 < len(name) <= NAME_LIMIT:
        raise Invalid(f"a reason needs a name of 1 to {NAME_LIMIT} characters", error_id="reason-invalid")
    return name


def _tell(before: PauseKind | None, after: PauseKind) -> None:
    """The entry of the audit says which, and what became of it."""
    if (act := acting()) is None:
        return
    act.subject = f"pause-reason:{after.code}"
    act.detail = {**act.detail, "before": _said(before), "after": _said(after)}


def _said(one: PauseKind | None) -> object:
    return {"name": one.name, "ended": one.ended_at is not None} if one else None
