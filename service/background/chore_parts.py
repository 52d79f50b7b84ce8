"""Puts together the desks of long work: backups and chores, each in processes of their own. Refuses nothing itself."""

from collections.abc import Callable
from functools import partial

from hotline1022.db.unit import Database
from hotline1022.queue.ports import AlarmBell
from hotline1022.service.background.chore import in_process
from hotline1022.service.background.chore_desk import ChoreDesk
from hotline1022.service.backup.child import backup_in_child
from hotline1022.service.backup.desk import BackupDesk
from hotline1022.service.settings.tree import Settings


def backups_of(settings: Callable[[], Settings], database: Database, bell: AlarmBell, config: str | None) -> BackupDesk:
    """Backups into the folder of the settings that are in force."""
    return BackupDesk(database, bell, folder=lambda: settings().backup.folder, make=partial(backup_in_child, config))


def chores_of(settings: Callable[[], Settings], database: Database, bell: AlarmBell, config: str | None) -> ChoreDesk:
    """Chores by the settings that are in force; their processes read the file `config` anew."""
    return ChoreDesk(database, bell, settings=settings, do=in_process(config))
