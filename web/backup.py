"""Answers about backups. Refuses nothing itself: the port does."""

from hotline1022.web.backup_wire import BackupList, BackupView
from hotline1022.web.route import Ask


async def list_backups(ask: Ask) -> BackupList:
    """How they stand."""
    return await ask.ports.backups.now()


async def begin_backup(ask: Ask) -> BackupView:
    """One now."""
    return await ask.ports.backups.begin()


async def stop_backup(ask: Ask) -> BackupView:
    """End the one that runs."""
    return await ask.ports.backups.stop()
