"""Chores for the API: what commands do with all recordings, their keys, and a backup on the shelf. Refuses every path but plain names
below the folders of the settings, and to show a key.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from hotline1022.core.acting import acting
from hotline1022.core.errors import ConfigError, NotFound, Refused, Unavailable
from hotline1022.core.said import said
from hotline1022.db.unit import Database
from hotline1022.queue.ports import AlarmBell
from hotline1022.recordings.apart import apart
from hotline1022.recordings.keys import Keys
from hotline1022.service.background.chore import Chore, Do
from hotline1022.service.background.guard import Run
from hotline1022.service.background.work import now
from hotline1022.service.backup.shelf import MANIFEST
from hotline1022.service.importing.folder import check_folder, folders_in, ours_of, table_in
from hotline1022.service.importing.table import columns_of
from hotline1022.service.importing.work import zone_of
from hotline1022.service.recordings.key_work import listed, new_key, ring_of
from hotline1022.service.settings.backup import no_folder
from hotline1022.service.settings.recordings import no_import_folder
from hotline1022.service.settings.tree import Settings
from hotline1022.web import chores_wire as w

#: seconds that a folder may take: it may be a share of a machine that is away
SECONDS = 5.0


class ChoreDesk:
    """web.chores_port.Chores; its `parts` do what was asked for."""

    def __init__(
        self,
        database: Database,
        bell: AlarmBell,
        *,
        settings: Callable[[], Settings],
        do: Do,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._database, self._bell, self._settings = database, bell, settings
        self._key_made = asyncio.Lock()
        self._import = Chore("import", make=w.ImportView, do=do, end=_imported, clock=clock)
        self._reseal = Chore("reseal", make=w.ResealView, do=do, end=_findings, clock=clock)
        self._rebuild = Chore("rebuild", make=w.RebuildView, do=do, end=_as_told, clock=clock)
        self._count = Chore("key-count", make=w.KeyCountView, do=do, end=_counted, clock=clock)
        self._verify = Chore("files-verification", make=w.FilesView, do=do, end=self._verified, clock=clock)
        self._backup = Chore("backup-check", make=w.BackupCheckView, do=do, end=self._checked, clock=clock)

    def parts(self) -> Mapping[str, Run]:
        """Each until cancelled."""
        all = (self._import, self._reseal, self._rebuild, self._count, self._verify, self._backup)
        return {f"chores of kind {one.what}": one.run for one in all}

    # ---------------------------------------------------------------- import

    async def imports(self) -> w.ImportsNow:
        """How imports stand."""
        folders, error, error_id = (), "", ""
        try:
            place = self._place()
            folders = await self._look(place, folders_in, place)
        except (Refused, Unavailable) as problem:
            error, error_id = str(problem), problem.error_id
        return w.ImportsNow(chore=self._import.view, folders=folders, error=error, error_id=error_id)

    async def begin_import(self, body: w.ImportBody) -> w.ImportView:
        """Begin one; Refused and Invalid as the port says."""
        place = self._place()
        self._import.free()
        await self._look(place, _fit, place, body, ours_of(self._settings()))
        given = {
            "place": str(place),
            "folder": body.folder,
            "dry_run": body.dry_run,
            "preset": body.preset.value,
            "map": body.map,
            "tz": body.tz,
            "citizen": body.citizen.value,
            "mark": body.mark,
        }
        return self._import.begin(
            given,
            folder=body.folder,
            dry_run=body.dry_run,
            preset=body.preset,
            map=body.map,
            tz=body.tz,
            citizen=body.citizen,
            mark=body.mark,
        )

    async def stop_import(self) -> w.ImportView:
        """End the one that runs."""
        return self._import.stop()

    def _place(self) -> Path:
        folder = self._settings().recordings.import_folder
        if not folder:
            raise no_import_folder()
        return Path(folder)

    async def _look(self, place: Path, job: Callable[..., Any], *args: object) -> Any:
        """In a folder that may be a share. Unavailable `folder-away`."""
        try:
            return await apart(place, SECONDS, job, *args)
        except TimeoutError as error:
            text = f"{place} does not answer; see that its machine is there"
            raise Unavailable(text, error_id="folder-away") from error
        except OSError as error:
            text = f"{place} cannot be read ({error.strerror}); bring it back, and see that the service may read it"
            raise Unavailable(text, error_id="folder-away") from error

    # ---------------------------------------------------------------- keys

    async def keys(self) -> w.KeysNow:
        """Which there are."""
        settings = self._settings()
        keys = await asyncio.to_thread(listed, _ring(settings))
        views = [
            w.SealingKeyView(id=key, since=at, newest=number == len(keys)) for number, (key, at) in enumerate(keys, 1)
        ]
        return w.KeysNow(sealing=settings.recordings.seal, keys=tuple(views), count=self._count.view)

    async def new_key(self, after: str | None = None) -> w.SealingKeyView:
        """A key that seals from now on."""
        act = acting()
        actor, origin = (act.actor, act.origin) if act else ("service", "service")
        async with self._key_made:  # of two that know the same keys, the second one sees the first one's
            if after is not None:
                known = await asyncio.to_thread(listed, _ring(self._settings()))
                if (known[-1][0] if known else "") != after:
                    text = "a key was made since you looked at the list, none was made now; look at it again"
                    raise Refused(text, error_id="recording-key-newer")
            try:
                made = await new_key(self._database, self._settings(), actor, origin)
            except ConfigError as error:
                raise Refused(str(error), error_id=error.error_id) from error
        told = {key: at for key, at in await asyncio.to_thread(listed, _ring(self._settings()))}
        return w.SealingKeyView(id=made.id, since=told.get(made.id), newest=True)

    async def count_keys(self) -> w.KeyCountView:
        """Begin to count the files of each key."""
        _ring(self._settings())
        return self._count.begin({})

    async def stop_count(self) -> w.KeyCountView:
        """End the one that runs."""
        return self._count.stop()

    async def reseal(self) -> w.ResealView:
        """Begin to write all files anew under the newest key."""
        ring = _ring(self._settings())
        self._reseal.free()
        await asyncio.to_thread(ring.newest)
        return self._reseal.begin({})

    async def resealing(self) -> w.ResealNow:
        """How it stands."""
        return w.ResealNow(chore=self._reseal.view)

    async def stop_reseal(self) -> w.ResealView:
        """End the one that runs."""
        return self._reseal.stop()

    # ---------------------------------------------------------------- catalogue and files

    async def rebuild(self) -> w.RebuildView:
        """Begin to make the catalogue's rows again."""
        return self._rebuild.begin({})

    async def rebuilding(self) -> w.RebuildNow:
        """How it stands."""
        return w.RebuildNow(chore=self._rebuild.view)

    async def stop_rebuild(self) -> w.RebuildView:
        """End the one that runs."""
        return self._rebuild.stop()

    async def verify(self, since: date | None) -> w.FilesView:
        """Begin to hash every stored file again."""
        return self._verify.begin({"since": since.isoformat() if since else ""}, since=since)

    async def verifying(self) -> w.FilesNow:
        """How it stands."""
        return w.FilesNow(chore=self._verify.view)

    async def stop_verify(self) -> w.FilesView:
        """End the one that runs."""
        return self._verify.stop()

    async def _verified(self, told: Mapping[str, Any]) -> Mapping[str, object]:
        if told["wrong"]:
            text = said("alarm-said.files-spoilt", count=told["wrong"], texts="; ".join(told["findings"][:3]))
            await self._bell.ring("evidence-damaged", text)
        return await _findings(told)

    # ---------------------------------------------------------------- a backup

    async def check_backup(self, name: str) -> w.BackupCheckView:
        """Begin to read one of the shelf."""
        folder = self._settings().backup.folder
        if not folder:
            raise no_folder()
        self._backup.free()
        if not await self._look(Path(folder), (Path(folder) / name / MANIFEST).is_file):
            text = f"there is no whole backup {name} in backup.folder; GET /api/backups tells which are there"
            raise NotFound(text, error_id="backup-unknown")
        return self._backup.begin({"place": folder, "name": name}, name=name)

    async def checking_backup(self) -> w.BackupCheckNow:
        """How it stands."""
        return w.BackupCheckNow(chore=self._backup.view)

    async def stop_backup_check(self) -> w.BackupCheckView:
        """End the one that runs."""
        return self._backup.stop()

    async def _checked(self, told: Mapping[str, Any]) -> Mapping[str, object]:
        if told["wrong"]:
            name = self._backup.view.name if self._backup.view else "-"
            texts = "; ".join(told["findings"][:3])
            text = said("alarm-said.backup-spoilt", name=name, count=told["wrong"], texts=texts)
            await self._bell.ring("backup-damaged", text)
        return await _findings(told)


def _fit(place: Path, body: w.ImportBody, ours: tuple[Path, ...]) -> None:
    """What can be seen before it begins. Blocks."""
    columns_of(body.preset, body.map)
    zone_of(body.tz)
    check_folder(place, body.folder, ours)
    table_in(place, body.folder)


def _ring(settings: Settings) -> Keys:
    try:
        return ring_of(settings)
    except ConfigError as error:
        raise Refused(str(error), error_id=error.error_id) from error


async def _as_told(told: Mapping[str, Any]) -> Mapping[str, object]:
    return told


async def _findings(told: Mapping[str, Any]) -> Mapping[str, object]:
    return {**told, "findings": tuple(told["findings"])}


async def _counted(told: Mapping[str, Any]) -> Mapping[str, object]:
    return {**told, "counts": tuple(w.KeyCount(**one) for one in told["counts"])}


async def _imported(told: Mapping[str, Any]) -> Mapping[str, object]:
    counts = tuple(w.OutcomeCount(**one) for one in told["counts"])
    return {**told, "counts": counts, "rows": tuple(w.ImportRow(**one) for one in told["rows"])}
