"""The routes of what leaves the house by itself: originals for a reason, and backups."""

from hotline1022.accounts.types import Permission
from hotline1022.web import backup, export
from hotline1022.web.backup_wire import BackupList, BackupView
from hotline1022.web.listening_routes import HOURS
from hotline1022.web.listening_wire import WhyBody
from hotline1022.web.route import Route

ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path="/api/recordings/{recording}/export",
        needs=Permission.LISTEN,
        summary="All originals of a recording with SHA256SUMS, as an uncompressed ZIP, for a reason",
        detail="The audit has it before the first byte. A recording that is not what was stored is refused (recording-damaged); "
        "what changes meanwhile ends the connection before the ZIP is whole. Two at once, of two tokens, else export-busy; it ends "
        "with its token, and for whoever takes less than 16 KiB a second over two minutes. No Range: whose "
        "connection breaks asks again.",
        handler=export.export_recording,
        body=WhyBody,
        media="application/zip",
        seconds=HOURS,
    ),
    Route(
        method="GET",
        path="/api/backups",
        needs=Permission.SETTINGS,
        summary="The backup that runs, how far it is; the last one; those in the folder",
        handler=backup.list_backups,
        answer=BackupList,
        exact=True,
    ),
    Route(
        method="POST",
        path="/api/backups",
        needs=Permission.SETTINGS,
        summary="Begin a backup into the folder of backup.folder",
        detail="Without keys and secrets: those leave by the command alone. GET tells how far it is.",
        handler=backup.begin_backup,
        answer=BackupView,
        status=202,
    ),
    Route(
        method="POST",
        path="/api/backups/stop",
        needs=Permission.SETTINGS,
        exact=True,
        summary="Stop the backup that runs",
        detail="The next one goes on with what was copied. One that hangs on a share ends when the share answers, or is gone.",
        handler=backup.stop_backup,
        answer=BackupView,
    ),
)
