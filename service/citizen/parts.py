"""Puts together what looks after one citizen's data, from the settings. Refuses nothing itself."""

from hotline1022.audit.ports import Originals
from hotline1022.db.unit import Database
from hotline1022.queue.ports import AlarmBell
from hotline1022.recordings.reasons import load_reasons
from hotline1022.service.citizen.desk import Citizens
from hotline1022.service.citizen.export import CitizenExporter
from hotline1022.service.citizen.steps import Places
from hotline1022.service.evidence.stamp_check import trust_of
from hotline1022.service.evidence.walk import Examiner
from hotline1022.service.lock import LEAVING, may_leave
from hotline1022.service.recordings.recorder_keys import keys_of
from hotline1022.service.settings.tree import Settings


def citizens_of(settings: Settings, database: Database) -> Citizens:
    """With the folders of these settings."""
    paths = settings.paths
    places = Places(attachments=paths.attachments, outbox=paths.outbox, journal=paths.journal)
    return Citizens(
        database,
        places,
        Examiner(database, paths.recordings, trust_of(settings)).rows,
        leave=lambda: may_leave(paths.data / LEAVING),
    )


def citizen_exporter(settings: Settings, database: Database, originals: Originals, bell: AlarmBell) -> CitizenExporter:
    """With the folders, keys and reasons of these settings. Blocks for the list of reasons; ConfigError `reasons-invalid`."""
    return CitizenExporter(
        database=database,
        root=settings.paths.recordings,
        originals=originals,
        bell=bell,
        reasons=load_reasons(settings.paths.listening_reasons),
        keys=keys_of(settings),
    )
