"""The limits at which alarms ring, as people see and change them: the settings' file leads until somebody decides at the desk, and again after
that was taken back. Refuses what the file would refuse too; of those that only a reload or a restart changes it says so.
"""

import asyncio
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from pathlib import Path

from hotline1022.core.acting import acting
from hotline1022.core.errors import HotlineError, Invalid, NotFound, Refused
from hotline1022.core.watching import LimitRow
from hotline1022.db.unit import Database
from hotline1022.service.reload_plan import NEEDS_RESTART, value
from hotline1022.service.settings.read import PREFIX, read
from hotline1022.service.settings.tree import Disk, Settings
from hotline1022.web.limits_port import LimitNeeds, LimitSource, LimitView

log = logging.getLogger(__name__)
#: seconds between two looks whether another process changed them
LOOK_SECONDS = 30.0
_ALARM, _VOICEMAIL, _REPEAT = "disk.alarm_percent", "disk.voicemail_percent", "emergency.alarm_repeat_seconds"
#: key → kinds of alarms that hang on it; these are read at each look, so that another value is safe while calls go on
AT_THE_DESK: Mapping[str, tuple[str, ...]] = {
    _ALARM: ("disk-low",),
    _VOICEMAIL: ("disk-no-voicemail",),
    _REPEAT: (),
}
#: the same of those that stay in the file: they are handed on at a reload, or read once
IN_THE_FILE: Mapping[str, tuple[str, ...]] = {
    "emergency.ring_seconds": ("emergency-unanswered",),
    "emergency.shortest_talk_seconds": ("emergency-unanswered",),
    "queue.ring_seconds": ("agent-no-answer", "last-agent-no-answer"),
    "webhooks.give_up_days": ("webhook-paused",),
    "retention.most_a_night": ("retention-many",),
    "notify.give_up_hours": ("outbox-dead-letter",),
}


class LimitDesk:
    """web.limits_port.LimitsPort; `start` before anybody asks, `run` in the service. `use`: told of the values in force, at once."""

    def __init__(
        self,
        database: Database,
        *,
        settings: Callable[[], Settings],
        config: str | None,
        use: Callable[["LimitDesk"], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._database, self._settings, self._config, self._use, self._clock = database, settings, config, use, clock
        self._rows: Mapping[str, LimitRow] = {}

    @property
    def disk(self) -> Disk:
        """The limits of disks in force."""
        of_file = self._settings().disk
        wanted = replace(of_file, alarm_percent=self._now(_ALARM), voicemail_percent=self._now(_VOICEMAIL))
        if wanted.voicemail_percent < wanted.alarm_percent:
            return wanted
        return of_file  # the file was changed below what the desk had decided: together they are none

    @property
    def repeat(self) -> timedelta:
        """Time between two tellings of an alarm that nobody has seen."""
        return timedelta(seconds=self._now(_REPEAT))

    def overruled(self, keys: Sequence[str]) -> tuple[str, ...]:
        """Which of these settings the file does not lead any more."""
        return tuple(key for key in keys if self._of_desk(key) is not None)

    def again(self) -> None:
        """The settings are others."""
        self._use(self)

    async def start(self) -> None:
        """What the database has is in force."""
        async with self._database.reading() as tx:
            self._rows = await tx.limits.all()
        self._use(self)

    async def run(self) -> None:
        """Look again and again whether another process changed them; what is in force goes on while the database is away."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.start()
            except HotlineError as error:
                log.warning("whether limits of alarms were changed could not be looked at: %s", error)

    # ---------------------------------------------------------------- what is asked

    async def list(self) -> Sequence[LimitView]:
        """All, those first that are changed here."""
        await self.start()
        places = await asyncio.to_thread(self._places)
        return [self._view(key, kinds, places.get(key, "")) for key, kinds in {**AT_THE_DESK, **IN_THE_FILE}.items()]

    async def change(self, key: str, value: int, *, seen: int, by: str) -> None:
        """Another value."""
        known = self._known(key)
        low, high = _range(key)
        if not low <= value <= high:
            raise Invalid(f"{key} is a whole number from {low} to {high}", error_id="limit-range")
        await self.start()
        if value == self._now(key):
            raise Refused(f"{key} is {value} already; write another number", error_id="limit-same")
        other = {_ALARM: self._now(_ALARM), _VOICEMAIL: self._now(_VOICEMAIL), known: value}
        if other[_VOICEMAIL] >= other[_ALARM]:
            text = f"{_VOICEMAIL} must be less than {_ALARM}: messages end after the alarm; choose other numbers"
            raise Invalid(text, error_id="limit-order")
        await self._put(key, value, seen=seen, by=by)

    async def back(self, key: str, *, seen: int, by: str) -> None:
        """The settings' file leads again."""
        self._known(key)
        await self.start()
        if self._of_desk(key) is None:
            raise Refused(f"{key} is the settings' file's already", error_id="limit-same")
        of_file = {one: self._of_file(one) if one == key else self._now(one) for one in (_ALARM, _VOICEMAIL)}
        if of_file[_VOICEMAIL] >= of_file[_ALARM]:
            text = f"the file's {key} does not go with the other limit of the desk; take that back first"
            raise Invalid(text, error_id="limit-order")
        await self._put(key, None, seen=seen, by=by)

    async def _put(self, key: str, wanted: int | None, *, seen: int, by: str) -> None:
        before = self._now(key)
        async with self._database.transaction() as tx:
            await tx.limits.put(LimitRow(key=key, value=wanted, by=by, at=self._clock(), version=seen + 1), seen)
            if (act := acting()) is not None:
                act.subject = f"limit:{key}"
                after = self._of_file(key) if wanted is None else wanted
                act.detail = {**act.detail, "before": before, "after": after, "from_file": wanted is None}
        await self.start()

    # ---------------------------------------------------------------- values

    def _known(self, key: str) -> str:
        if key not in AT_THE_DESK:
            raise NotFound("that is no limit that is changed here; the list has them", error_id="limit-unknown")
        return key

    def _of_file(self, key: str) -> int:
        return int(value(self._settings(), key))

    def _of_desk(self, key: str) -> int | None:
        row = self._rows.get(key) if key in AT_THE_DESK else None
        low, high = _range(key) if row else (0, 0)
        return row.value if row and row.value is not None and low <= row.value <= high else None

    def _now(self, key: str) -> int:
        decided = self._of_desk(key)
        return self._of_file(key) if decided is None else decided

    def _places(self) -> Mapping[str, str]:
        """Where each value of the settings was written: `1022.toml:12`, or a variable."""
        file = Path(self._config) if self._config else None
        try:
            raw = read(file, os.environ, Path.cwd() if file is None else file.absolute().parent)
        except HotlineError as error:  # it was sound when the service started; what is in force is told all the same
            log.warning("the settings' file cannot be read, where values come from is not told: %s", error)
            return {}
        return {f"{section}.{key}": place.removeprefix("environment ") for (section, key), place in raw.places.items()}

    def _view(self, key: str, kinds: tuple[str, ...], place: str) -> LimitView:
        row, (low, high) = self._rows.get(key), _range(key)
        if self._of_desk(key) is not None:
            source = LimitSource.DESK
        elif place.startswith(PREFIX):
            source = LimitSource.VARIABLE
        else:
            source = LimitSource.FILE if place else LimitSource.SHIPPED
        return LimitView(
            key=key,
            value=self._in_force(key),
            low=low,
            high=high,
            source=source,
            place=place if source is LimitSource.VARIABLE else Path(place).name,
            of_file=self._of_file(key),
            needs=_needs(key),
            kinds=kinds,
            by=row.by if row else "",
            at=row.at if row else None,
            version=row.version if row else 0,
        )

    def _in_force(self, key: str) -> int:
        both = {_ALARM: self.disk.alarm_percent, _VOICEMAIL: self.disk.voicemail_percent}
        return both.get(key, self._now(key))


def _needs(key: str) -> LimitNeeds:
    if key in AT_THE_DESK:
        return LimitNeeds.NOTHING
    return LimitNeeds.RESTART if key in NEEDS_RESTART else LimitNeeds.RELOAD


def _range(key: str) -> tuple[int, int]:
    """The least and the greatest value that the settings take."""
    section, _, name = key.partition(".")
    rules = next(one.metadata for one in fields(getattr(Settings(), section)) if one.name == name)
    return int(rules["low"]), int(rules["high"])
