"""Every file of whole backups hashed again, those in common once. Changes and repairs nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hotline1022.core.errors import Invalid
from hotline1022.recordings.files import Version
from hotline1022.service.backup.shelf import Watch, check_files, read_manifest, some_backups

#: what helps when one is broken
CURE = "restore --without-broken puts back the rest of a backup; a new backup copies anew."


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found in one backup."""

    backup: Path
    files: int
    #: name → what is wrong with it
    broken: Mapping[str, str] = field(default_factory=dict)
    #: why nothing can be said of its files; "" = it can
    error: str = ""

    @property
    def wrong(self) -> int:
        """How many findings."""
        return len(self.broken) + bool(self.error)


def check_backups(folder: Path, watch: Watch) -> Iterator[Checked]:
    """All backups of a shelf, oldest first, or the one that the folder is. Blocks. NotFound `backup-none`."""
    known = dict[Version, str]()
    for one in some_backups(folder):
        try:
            _, sums = read_manifest(one)
            broken = check_files(one, sums, watch, known).broken
        except Invalid as error:
            yield Checked(backup=one, files=0, error=str(error))
        else:
            yield Checked(backup=one, files=len(sums), broken=broken)
