"""Chores in memory behind the API's port: each only begins and stops."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from hotline1022.core.errors import HotlineError, NotFound, Refused
from hotline1022.web import chores_wire as w
from hotline1022.web.types import WorkState
from tests.unit.catalogue_memory import AT

BEGUN: dict[str, Any] = {
    "state": WorkState.RUNNING, "asked_at": AT, "asked_by": "token:admin-token", "ended_at": None, "done": 0, "work": 0,
    "error": "",
}  # fmt: skip
KEY = w.SealingKeyView(id="0123456789abcdef", since=AT, newest=True)
BACKUP = "20261129T020000Z"


@dataclass
class MemoryChores:
    """web.chores_port.Chores."""

    #: of each kind the one that runs, or the last one
    running: dict[str, Any] = field(default_factory=dict)
    asked: list[object] = field(default_factory=list)
    folders: tuple[str, ...] = ("2024",)
    #: why there are no folders
    away: str = ""
    keyring: tuple[w.SealingKeyView, ...] = (KEY,)
    #: why there are no keys
    locked: HotlineError | None = None

    def put(self, view: Any) -> None:
        """How one stands."""
        self.running[type(view).__name__] = view

    def _begin(self, view: Any) -> Any:
        known = self.running.get(type(view).__name__)
        if known is not None and known.state is WorkState.RUNNING:
            raise Refused("one runs already; wait for it", error_id="chore-running")
        self.put(view)
        return view

    def _stop(self, kind: type) -> Any:
        view = self.running.get(kind.__name__)
        if view is None or view.state is not WorkState.RUNNING:
            raise Refused("none runs", error_id="chore-none")
        self.put(replace(view, state=WorkState.STOPPED, ended_at=AT))
        return self.running[kind.__name__]

    async def imports(self) -> w.ImportsNow:
        """These folders are there."""
        chore = self.running.get("ImportView")
        return w.ImportsNow(chore=chore, folders=self.folders, error=self.away, error_id=self.away)

    async def begin_import(self, body: w.ImportBody) -> w.ImportView:
        """It begins."""
        self.asked.append(body)
        asked = {name: getattr(body, name) for name in ("folder", "dry_run", "preset", "map", "tz", "citizen", "mark")}
        view: w.ImportView = self._begin(w.ImportView(**BEGUN, **asked))
        return view

    async def stop_import(self) -> w.ImportView:
        """It ends."""
        view: w.ImportView = self._stop(w.ImportView)
        return view

    async def keys(self) -> w.KeysNow:
        """These."""
        if self.locked:
            raise self.locked
        return w.KeysNow(sealing=True, keys=self.keyring, count=self.running.get("KeyCountView"))

    async def new_key(self, after: str | None = None) -> w.SealingKeyView:
        """The one that there is."""
        self.asked.append("key")
        return KEY

    async def count_keys(self) -> w.KeyCountView:
        """It begins."""
        view: w.KeyCountView = self._begin(w.KeyCountView(**BEGUN))
        return view

    async def stop_count(self) -> w.KeyCountView:
        """It ends."""
        view: w.KeyCountView = self._stop(w.KeyCountView)
        return view

    async def reseal(self) -> w.ResealView:
        """It begins."""
        view: w.ResealView = self._begin(w.ResealView(**BEGUN))
        return view

    async def resealing(self) -> w.ResealNow:
        """How it stands."""
        return w.ResealNow(chore=self.running.get("ResealView"))

    async def stop_reseal(self) -> w.ResealView:
        """It ends."""
        view: w.ResealView = self._stop(w.ResealView)
        return view

    async def rebuild(self) -> w.RebuildView:
        """It begins."""
        view: w.RebuildView = self._begin(w.RebuildView(**BEGUN))
        return view

    async def rebuilding(self) -> w.RebuildNow:
        """How it stands."""
        return w.RebuildNow(chore=self.running.get("RebuildView"))

    async def stop_rebuild(self) -> w.RebuildView:
        """It ends."""
        view: w.RebuildView = self._stop(w.RebuildView)
        return view

    async def verify(self, since: date | None) -> w.FilesView:
        """It begins."""
        view: w.FilesView = self._begin(w.FilesView(**BEGUN, since=since))
        return view

    async def verifying(self) -> w.FilesNow:
        """How it stands."""
        return w.FilesNow(chore=self.running.get("FilesView"))

    async def stop_verify(self) -> w.FilesView:
        """It ends."""
        view: w.FilesView = self._stop(w.FilesView)
        return view

    async def check_backup(self, name: str) -> w.BackupCheckView:
        """Of the one that is there."""
        if name != BACKUP:
            raise NotFound("there is no such backup", error_id="backup-unknown")
        view: w.BackupCheckView = self._begin(w.BackupCheckView(**BEGUN, name=name))
        return view

    async def checking_backup(self) -> w.BackupCheckNow:
        """How it stands."""
        return w.BackupCheckNow(chore=self.running.get("BackupCheckView"))

    async def stop_backup_check(self) -> w.BackupCheckView:
        """It ends."""
        view: w.BackupCheckView = self._stop(w.BackupCheckView)
        return view
