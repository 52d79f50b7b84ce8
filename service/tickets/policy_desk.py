"""Deadlines and days off in force: versions in the database, the settings' file as the first one and the fallback. Refuses what is
not sound, and what somebody else changed meanwhile. Tickets keep the dates that they have.

The file leads until somebody changes something at the desk: docs/decisions/028-deadlines-at-the-desk.md.
"""

import asyncio
import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from hotline1022.audit.types import Fact, Kind
from hotline1022.core.acting import acting
from hotline1022.core.errors import ConfigError, HotlineError, Invalid, Refused
from hotline1022.db.policies import changed
from hotline1022.db.unit import Database
from hotline1022.service.settings.tree import Settings
from hotline1022.service.tickets.names import shut_on
from hotline1022.tickets.deadlines import closing
from hotline1022.tickets.policy import Policy, load_document, policy_of
from hotline1022.tickets.ports import PolicyVersion
from hotline1022.tickets.types import Clock

log = logging.getLogger(__name__)

#: seconds between two looks whether another process changed them
LOOK_SECONDS = 30.0
#: who wrote what the settings' file has
BY_FILE = "settings"
#: of a document's `offices`: days off beside those of the state, and days that are worked all the same
DAYS = ("closed", "worked")
#: what stands before a fault
SOURCE = "deadlines"


class PolicyDesk:
    """`start` before anybody asks, `run` in the service's TaskGroup. `use` is told what is in force from now on."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        *,
        use: Callable[[Policy], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._database, self._use, self._clock = database, use, clock
        self._path = settings.paths.ticket_policy
        #: as it is in force; ConfigError `ticket-policy-invalid` when the settings' file is no policy
        self.document: Mapping[str, Any] = load_document(self._path)
        self.policy = policy_of(self.document, str(self._path or SOURCE))
        self._of_file = self.document
        #: the newest that was read; None before the start
        self.version: PolicyVersion | None = None
        self._lock = asyncio.Lock()

    def closed(self, day: date) -> bool:
        """Whether a day that the week would have worked is off."""
        return shut_on(self.policy.offices)(day)

    # ---------------------------------------------------------------- the start, and others

    async def start(self) -> None:
        """Find out what leads: the settings' file is the first version, and leads until people change something."""
        async with self._lock:
            async with self._database.reading() as tx:
                newest = await tx.policies.newest()
            if newest is not None and not newest.from_file:
                await self._follow(newest)
                return
            self.version = newest
            await self._note_file()
            self._use(self.policy)

    async def run(self) -> None:
        """Look again and again whether another process changed them; what is in force goes on while the database is away."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except HotlineError as error:
                log.warning("whether deadlines were changed could not be looked at: %s", error)

    async def look(self) -> None:
        """Put in force what is newer than what this process knows."""
        async with self._lock:
            async with self._database.reading() as tx:
                newest = await tx.policies.newest()
            if newest is not None and newest != self.version:
                await self._follow(newest)

    async def _follow(self, newest: PolicyVersion) -> None:
        async with self._database.reading() as tx:
            _, text = await tx.policies.version(newest.number)
        self.version = newest
        try:
            self.document, self.policy = _read(text)
        except Invalid as error:  # of another release; tickets need deadlines all the same
            log.error("version %d of the deadlines is not in force, the one at hand goes on: %s", newest.number, error)
            return
        self._use(self.policy)

    async def _note_file(self) -> None:
        text = _text(self._of_file)
        if self.version is not None and self.version.sha256 == _hash(text):
            return
        note = self._path.name if self._path else ""
        version = self._next(text, BY_FILE, note, from_file=True)
        async with self._database.transaction() as tx:
            await tx.policies.add(version, text)
            tx.audit.add(_fact(version, self.version, "service"))
        self.version = version

    # ---------------------------------------------------------------- what people see

    async def versions(self, limit: int) -> Sequence[PolicyVersion]:
        """Latest first."""
        async with self._database.reading() as tx:
            return await tx.policies.versions(limit)

    async def documents(self, limit: int) -> Sequence[tuple[PolicyVersion, Mapping[str, Any]]]:
        """Latest first, with their documents."""
        async with self._database.reading() as tx:
            return [(version, json.loads(text)) for version, text in await tx.policies.texts(limit)]

    async def one(self, number: int) -> tuple[PolicyVersion, Mapping[str, Any]]:
        """A version, and its document; NotFound `deadlines-version-unknown`."""
        async with self._database.reading() as tx:
            version, text = await tx.policies.version(number)
        return version, json.loads(text)

    # ---------------------------------------------------------------- changes

    async def save(
        self, document: Mapping[str, Any], *, seen: int, by: str, note: str = "", again: int = 0
    ) -> PolicyVersion:
        """Put it in force for what is due from now on.

        Invalid `deadlines-invalid` with a line for each fault; Refused `deadlines-changed` when the version that was seen is
        not in force any more, `deadlines-same`; NotFound `deadlines-version-unknown`. `again`: the version whose document it is,
        with the days off that are in force.
        """
        old = json.loads(await self._again(again)) if again else None
        async with self._lock:
            before = self.version
            if (before.number if before else 0) != seen:
                raise changed()
            text = _text(document if old is None else _with_days(old, self.document))
            read, policy = _read(text)
            _opens(policy, self._clock())
            if before is not None and before.sha256 == _hash(text):
                raise Refused("this is in force already; change something first", error_id="deadlines-same")
            version = self._next(text, by, note, again=again)
            async with self._database.transaction() as tx:
                await tx.policies.add(version, text)
                tx.audit.add(_fact(version, before, by))
            self.version, self.document, self.policy = version, read, policy
            self._use(policy)
        log.info("version %d of the deadlines is in force, by %s", version.number, by)
        return version

    async def _again(self, number: int) -> str:
        async with self._database.reading() as tx:
            return (await tx.policies.version(number))[1]

    def _next(self, text: str, by: str, note: str, *, again: int = 0, from_file: bool = False) -> PolicyVersion:
        return PolicyVersion(
            number=self.version.number + 1 if self.version else 1,
            sha256=_hash(text),
            note=note,
            by=by,
            at=self._clock(),
            again=again,
            from_file=from_file,
        )


async def in_force(database: Database, settings: Settings) -> Policy:
    """For a command: what the database says, else the settings' file. ConfigError `ticket-policy-invalid`."""
    async with database.reading() as tx:
        newest = await tx.policies.newest()
        text = (await tx.policies.version(newest.number))[1] if newest and not newest.from_file else ""
    try:
        return _read(text)[1] if text else policy_of(load_document(settings.paths.ticket_policy), SOURCE)
    except Invalid as error:
        raise ConfigError(str(error), error_id="ticket-policy-invalid") from error


def _read(text: str) -> tuple[Mapping[str, Any], Policy]:
    document = json.loads(text)
    try:
        return document, policy_of(document, SOURCE)
    except ConfigError as error:
        raise Invalid(str(error), error_id="deadlines-invalid") from error


def _opens(policy: Policy, at: datetime) -> None:
    """A calendar that never opens would leave tickets without deadlines."""
    try:
        closing(at.date(), policy.calendar(Clock.WORKING))
    except ConfigError as error:
        raise Invalid(str(error), error_id="deadlines-invalid") from error


def _with_days(old: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """Days off are added one by one over the years and have a page of their own: going back takes none of them away."""
    offices = {name: value for name, value in old.get("offices", {}).items() if name not in DAYS}
    kept = {name: value for name, value in now.get("offices", {}).items() if name in DAYS}
    return {**old, "offices": offices | kept}


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _fact(version: PolicyVersion, before: PolicyVersion | None, by: str) -> Fact:
    act = acting()
    return Fact(
        at=version.at,
        kind=Kind.DEADLINES_CHANGED,
        actor=act.actor if act else by,
        origin=act.origin if act else "service",
        subject=f"deadlines:{version.number}",
        detail={
            "sha256": version.sha256,
            "before": before.number if before else 0,
            "again": version.again,
            "from_file": version.from_file,
        },
    )
