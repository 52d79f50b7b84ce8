"""Backups for the API: one in the background, at a time, into the folder of the settings; which lie there. Refuses any other
folder, and keys.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path

from hotline1022.audit.types import Kind
from hotline1022.core.acting import acting
from hotline1022.core.errors import HotlineError, Refused
from hotline1022.core.said import said
from hotline1022.db.unit import Database
from hotline1022.queue.ports import AlarmBell
from hotline1022.recordings.apart import apart
from hotline1022.service.background.work import Background, Progress, id_of, now, with_id
from hotline1022.service.backup.shelf import backups, read_about
from hotline1022.service.recordings.catalogue_view import entry_view
from hotline1022.service.settings.backup import no_folder
from hotline1022.web import backup_wire as w
from hotline1022.web.types import WorkState

#: backups of the folder that are told
SHOWN = 100
#: files of one of them that are named
NAMED = 100
#: seconds that the folder may take: it may be a share of a machine that is away
SECONDS = 5.0
#: seconds without any progress after which one is taken to hang: a large database alone may take hours
STUCK = 3 * 3600.0

#: makes one: folder, who, from where
Make = Callable[[Path, str, str, Progress], Awaitable[Mapping[str, object]]]


class BackupDesk:
    """web.backup_port.Backups; `run()` does what was asked for."""

    def __init__(
        self,
        database: Database,
        bell: AlarmBell,
        *,
        folder: Callable[[], str],
        make: Make,
        clock: Callable[[], datetime] = now,
        stuck: float = STUCK,
    ) -> None:
        self._stuck = stuck
        self._database, self._bell, self._folder, self._make, self._clock = database, bell, folder, make, clock
        self._work: Background[w.BackupView] = Background("backup", clock)

    async def run(self) -> None:
        """Until cancelled."""
        await self._work.run()

    async def now(self) -> w.BackupList:
        """How they stand."""
        async with self._database.reading() as tx:
            last = await tx.audit.last(Kind.BACKUP_MADE)
        shelf, error, error_id = await self._shelf()
        shown = entry_view(last) if last else None
        return w.BackupList(backup=self._work.view, last=shown, shelf=shelf, error=error, error_id=error_id)

    async def begin(self) -> w.BackupView:
        """One now."""
        folder = self._folder()
        if not folder:
            raise no_folder()
        if self._work.running is not None:
            text = (
                f"a backup is being made already ({self._work.running.asked_by} asked for it); wait for it, or stop it"
            )
            raise Refused(text, error_id="backup-running")
        if self._work.ending:
            text = "the backup that was stopped has not ended: its folder does not answer; bring its machine back, or umount -f"
            raise Refused(text, error_id="backup-ending")
        act = acting()
        actor, origin = (act.actor, act.origin) if act else ("service", "service")

        async def job(_: w.BackupView, progress: Progress) -> Mapping[str, object]:
            return await self._made(Path(folder), actor, origin, progress)

        view = w.BackupView(
            state=WorkState.RUNNING,
            asked_at=self._clock(),
            asked_by=actor,
            ended_at=None,
            done=0,
            work=0,
            name="",
            sha256="",
            files=0,
            bytes=0,
            wrong=0,
            findings=(),
            error="",
        )
        return self._work.begin(view, job)

    async def stop(self) -> w.BackupView:
        """End the one that runs; Refused `backup-none`."""
        stopped = self._work.stop()
        if stopped is None:
            raise Refused("no backup runs that was asked for over the API", error_id="backup-none")
        return stopped

    async def _made(self, folder: Path, actor: str, origin: str, progress: Progress) -> Mapping[str, object]:
        moved = asyncio.Event()

        def moves(done: int, work: int) -> None:
            moved.set()
            progress(done, work)

        watching = asyncio.create_task(self._watch(moved))
        try:
            told = dict(await self._make(folder, actor, origin, moves))
        except HotlineError as error:
            await self._bell.ring("backup-failed", with_id(error))
            raise
        finally:
            watching.cancel()
        if told["wrong"]:
            text = said("alarm-said.backup-wrong", count=told["wrong"], name=told["name"])
            await self._bell.ring("backup-failed", text)
        return {**told, "findings": tuple(told["findings"])}  # type: ignore[arg-type]

    async def _watch(self, moved: asyncio.Event) -> None:
        """Ring each time nothing has moved for so long. Until cancelled."""
        while True:
            moved.clear()
            try:
                async with asyncio.timeout(self._stuck):
                    await moved.wait()
            except TimeoutError:
                text = said("alarm-said.backup-stuck", hours=f"{self._stuck / 3600:g}")
                await self._bell.ring("backup-stuck", text)

    async def _shelf(self) -> tuple[tuple[w.ShelvedView, ...], str, str]:
        """Those in the folder; or why not, in words and as an error_id."""
        folder = self._folder()
        if not folder:
            none = no_folder()
            return (), str(none), none.error_id
        try:
            return await apart(Path(folder), SECONDS, _shelved, Path(folder)), "", ""
        except FileNotFoundError:
            return (), "the folder of backup.folder is not there; the first backup makes it", "backup-folder-new"
        except TimeoutError:
            return (), "the folder of backup.folder does not answer; see that its machine is there", "folder-away"
        except OSError as error:
            text = f"the folder of backup.folder cannot be read ({error.strerror}); see that it is the service's"
            return (), text, "folder-away"


def _shelved(folder: Path) -> tuple[w.ShelvedView, ...]:
    """Blocks."""
    return tuple(map(_view, reversed(backups(folder)[-SHOWN:])))


def _view(backup: Path) -> w.ShelvedView:
    try:
        about, sha256 = read_about(backup)
        wrong = [f"{what} {name}" for what in ("missing", "changed", "unchecked") for name in about[what]]
        return w.ShelvedView(
            name=backup.name,
            sha256=sha256,
            files=about["files"],
            wrong=len(wrong),
            error="",
            made_at=datetime.fromisoformat(about["made_at"]),
            bytes=about.get("bytes"),
            findings=tuple(wrong[:NAMED]),
        )
    except (HotlineError, OSError, KeyError, ValueError) as error:
        id = id_of(error) if isinstance(error, HotlineError | OSError) else "backup-broken"
        return w.ShelvedView(name=backup.name, sha256="", files=0, wrong=0, error=str(error), error_id=id)
