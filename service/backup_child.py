"""A backup as a process of its own: hours of copying neither block the telephone service nor fill its memory."""

import json
from collections.abc import Mapping
from pathlib import Path

from hotline1022.core.errors import Unavailable
from hotline1022.service.background import Progress
from hotline1022.service.child import in_child


async def backup_in_child(
    config: str | None, folder: Path, actor: str, origin: str, progress: Progress
) -> Mapping[str, object]:
    """Make one in this folder; what came of it, as fields of BackupView. Unavailable `backup-failed` with its last words;
    cancelled, the process goes too, and the next one goes on from what it copied.
    """
    words = ["hotline1022.service.backup_process", str(folder), *([config] if config else [])]
    said = await in_child(words, progress, json.dumps({"actor": actor, "origin": origin}).encode())
    try:
        told: dict[str, object] = json.loads(said.text)
    except ValueError as error:
        raise Unavailable(said.failed("backup"), error_id="backup-failed") from error
    return told
