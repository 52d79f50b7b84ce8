"""What the API needs to have chores done. Refuses nothing itself."""

from datetime import date
from typing import Protocol

from hotline1022.web import chores_wire as w


class Chores(Protocol):
    """Long work on all recordings, or on a backup: each kind one at a time, in a process of its own.

    Each `begin` may be Refused `…-running`, each `stop_…` `…-none`.
    """

    async def imports(self) -> w.ImportsNow:
        """How imports stand, and which folders are there."""
        ...

    async def begin_import(self, body: w.ImportBody) -> w.ImportView:
        """Begin one. Refused `import-no-folder`, `import-folder-link`, `import-inside-data`, `import-table`; NotFound
        `import-folder-unknown`; Invalid `import-folder-name`, `import-map`, `import-zone`; Unavailable `folder-away`. It fails with
        `import-not-as-tried` where its `mark` is not that of table and files.
        """
        ...

    async def stop_import(self) -> w.ImportView:
        """End the one that runs."""
        ...

    async def keys(self) -> w.KeysNow:
        """Which there are; Refused `recording-keys-unset`."""
        ...

    async def new_key(self, after: str | None = None) -> w.SealingKeyView:
        """A key that seals from now on; Refused `recording-keys-unset`, `recording-key-unwritable`, and `recording-key-newer` when
        `after` (id, "" = none; None = whichever) is not the newest one any more.
        """
        ...

    async def count_keys(self) -> w.KeyCountView:
        """Begin to count the files of each key; Refused `recording-keys-unset`."""
        ...

    async def stop_count(self) -> w.KeyCountView:
        """End the one that runs."""
        ...

    async def reseal(self) -> w.ResealView:
        """Begin to write all files anew under the newest key; Refused `recording-keys-unset`, Unavailable `recording-key-none`."""
        ...

    async def resealing(self) -> w.ResealNow:
        """How it stands."""
        ...

    async def stop_reseal(self) -> w.ResealView:
        """End the one that runs."""
        ...

    async def rebuild(self) -> w.RebuildView:
        """Begin to make the catalogue's rows again."""
        ...

    async def rebuilding(self) -> w.RebuildNow:
        """How it stands."""
        ...

    async def stop_rebuild(self) -> w.RebuildView:
        """End the one that runs."""
        ...

    async def verify(self, since: date | None) -> w.FilesView:
        """Begin to hash every stored file again."""
        ...

    async def verifying(self) -> w.FilesNow:
        """How it stands."""
        ...

    async def stop_verify(self) -> w.FilesView:
        """End the one that runs."""
        ...

    async def check_backup(self, name: str) -> w.BackupCheckView:
        """Begin to read one of the shelf; Refused `backup-no-folder`, NotFound `backup-unknown`, Unavailable `folder-away`."""
        ...

    async def checking_backup(self) -> w.BackupCheckNow:
        """How it stands."""
        ...

    async def stop_backup_check(self) -> w.BackupCheckView:
        """End the one that runs."""
        ...
