"""A migrated SQLite file without rows, made once a process and copied; not for tests that are about migrating."""

import tempfile
from pathlib import Path

from hotline1022.db.migrate import migrate

_made: list[bytes] = []


async def migrated(file: Path) -> Path:
    """Put the file there, and its folder where it is missing; returns `file`."""
    if not _made:
        with tempfile.TemporaryDirectory(prefix="hl1022-") as folder:
            template = Path(folder) / "hotline.sqlite"
            await migrate(template)
            _made.append(template.read_bytes())
    _put(_made[0], file)
    return file


def _put(content: bytes, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(0o600, exist_ok=False)
    file.write_bytes(content)
