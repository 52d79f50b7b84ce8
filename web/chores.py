"""Answers about chores. Refuses nothing itself: the port does."""

from hotline1022.web import chores_wire as w
from hotline1022.web.route import Ask


async def show_imports(ask: Ask) -> w.ImportsNow:
    """How imports stand."""
    return await ask.ports.chores.imports()


async def begin_import(ask: Ask) -> w.ImportView:
    """Begin one."""
    return await ask.ports.chores.begin_import(ask.body)


async def stop_import(ask: Ask) -> w.ImportView:
    """End the one that runs."""
    return await ask.ports.chores.stop_import()


async def show_keys(ask: Ask) -> w.KeysNow:
    """Which there are."""
    return await ask.ports.chores.keys()


async def make_key(ask: Ask) -> w.SealingKeyView:
    """A new one."""
    return await ask.ports.chores.new_key()


async def begin_count(ask: Ask) -> w.KeyCountView:
    """Count the files of each."""
    return await ask.ports.chores.count_keys()


async def stop_count(ask: Ask) -> w.KeyCountView:
    """End the one that runs."""
    return await ask.ports.chores.stop_count()


async def show_reseal(ask: Ask) -> w.ResealNow:
    """How it stands."""
    return await ask.ports.chores.resealing()


async def begin_reseal(ask: Ask) -> w.ResealView:
    """Begin it."""
    return await ask.ports.chores.reseal()


async def stop_reseal(ask: Ask) -> w.ResealView:
    """End the one that runs."""
    return await ask.ports.chores.stop_reseal()


async def show_rebuild(ask: Ask) -> w.RebuildNow:
    """How it stands."""
    return await ask.ports.chores.rebuilding()


async def begin_rebuild(ask: Ask) -> w.RebuildView:
    """Begin it."""
    return await ask.ports.chores.rebuild()


async def stop_rebuild(ask: Ask) -> w.RebuildView:
    """End the one that runs."""
    return await ask.ports.chores.stop_rebuild()


async def show_files(ask: Ask) -> w.FilesNow:
    """How it stands."""
    return await ask.ports.chores.verifying()


async def begin_files(ask: Ask) -> w.FilesView:
    """Begin it."""
    return await ask.ports.chores.verify(ask.body.since)


async def stop_files(ask: Ask) -> w.FilesView:
    """End the one that runs."""
    return await ask.ports.chores.stop_verify()


async def show_backup_check(ask: Ask) -> w.BackupCheckNow:
    """How it stands."""
    return await ask.ports.chores.checking_backup()


async def begin_backup_check(ask: Ask) -> w.BackupCheckView:
    """Begin it."""
    return await ask.ports.chores.check_backup(ask.path["backup"])


async def stop_backup_check(ask: Ask) -> w.BackupCheckView:
    """End the one that runs."""
    return await ask.ports.chores.stop_backup_check()
