"""A backup as a process of its own: hours of copying neither block the telephone service nor fill its memory."""

from collections.abc import Mapping
from pathlib import Path

from hotline1022.service.background.child import told_by
from hotline1022.service.background.work import Progress


async def backup_in_child(
    config: str | None, folder: Path, actor: str, origin: str, progress: Progress
) -> Mapping[str, object]:
    """Make one in this folder; what came of it, as fields of BackupView. Unavailable `backup-failed` with its last words;
    cancelled, the process goes too, and the next one goes on from what it copied.
    """
    words = ["hotline1022.service.backup.process", str(folder), *([config] if config else [])]
    return await told_by(words, "backup", {"actor": actor, "origin": origin}, progress)
