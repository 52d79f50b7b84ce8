"""What the API needs to have backups made. Refuses nothing itself."""

from typing import Protocol

from hotline1022.web.backup_wire import BackupList, BackupView


class Backups(Protocol):
    """Backups into the one folder that the settings name."""

    async def now(self) -> BackupList:
        """What runs, what came of the last one, which lie there."""
        ...

    async def begin(self) -> BackupView:
        """Begin one; Refused `backup-no-folder`, `backup-running`, `backup-ending`."""
        ...

    async def stop(self) -> BackupView:
        """End the one that runs; Refused `backup-none`."""
        ...
