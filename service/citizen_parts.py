"""Puts together what looks after one citizen's data, from the settings. Refuses nothing itself."""

from hotline1022.db.unit import Database
from hotline1022.service.citizen import Citizens, Places
from hotline1022.service.evidence import Examiner, trust_of
from hotline1022.service.settings import Settings


def citizens_of(settings: Settings, database: Database) -> Citizens:
    """With the folders of these settings."""
    paths = settings.paths
    places = Places(attachments=paths.attachments, outbox=paths.outbox, journal=paths.journal)
    return Citizens(database, places, Examiner(database, paths.recordings, trust_of(settings)).rows)
