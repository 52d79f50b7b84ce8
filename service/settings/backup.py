"""The settings of backups; each field says its unit and default. Refuses a backup that has no place."""

from dataclasses import dataclass

from hotline1022.core.errors import Refused

#: keys that name a file or a folder
BACKUP_FILES = frozenset({"folder"})


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupSettings:
    """Where backups go."""

    #: folder on another disk or machine; "" = none: the command names one, and the API makes none
    folder: str = ""


def no_folder() -> Refused:
    """What whoever wants a backup without a folder is told."""
    text = "no folder for backups is named; set backup.folder to one on another disk or machine, such as /mnt/backup"
    return Refused(text, error_id="backup-no-folder")
