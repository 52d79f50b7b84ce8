"""Makes a backup that the API was asked for: `python -m hotline1022.service.backup.process FOLDER [CONFIG]`, with who asked for it
on standard input. What came of it is JSON on standard output; keys and secrets are never in it.

No command for people: `hotline1022 backup` is. Its reader is backup_child.py.
"""

import json
import sys
from pathlib import Path

from hotline1022.core.acting import Acting, acts
from hotline1022.recordings.polite import be_polite
from hotline1022.service.backup.make import NICE, Made, make_backup
from hotline1022.service.cli.base import finished, settings_of, speaking
from hotline1022.service.cli.progress import Steps

#: names of what is not as it should be that are told; the manifest has all
SHOWN = 1000


@speaking
def main() -> None:
    """Make it. What is wrong is one line on standard error, and code 1."""
    folder, *config = sys.argv[1:]
    by = json.load(sys.stdin)
    settings_file = config[0] if config else None
    settings = settings_of(settings_file)
    be_polite(NICE)

    async def made() -> Made:
        # the act itself is in the audit since it was asked for
        with acts(Acting(actor=by["actor"], origin=by["origin"], act="backup", noted=True)):
            return await make_backup(settings, settings_file, Path(folder), copies=False, keys=None, watch=Steps())

    print(json.dumps(_told(finished(made()))))


def _told(made: Made) -> dict[str, object]:
    """The fields of web.backup_wire.BackupView."""
    copies = made.copies
    wrong = [
        *(f"missing {name}" for name in copies.missing),
        *(f"changed {name}" for name in copies.changed),
        *(f"rotten {name}" for name in copies.rotten),
        *(f"unchecked {name}: {why}" for name, why in copies.unchecked.items()),
    ]
    return {
        "name": made.folder.name,
        "sha256": made.sha256,
        "files": made.files,
        "bytes": copies.size,
        "wrong": len(wrong),
        "findings": wrong[:SHOWN],
    }


if __name__ == "__main__":
    main()
