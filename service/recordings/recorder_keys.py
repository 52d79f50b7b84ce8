"""The keys of recordings as the settings name them. Refuses keys that lie, by whatever link, in the data folder."""

from hotline1022.recordings.keys import Keys, outside
from hotline1022.service.settings.tree import Settings


def keys_of(settings: Settings) -> Keys:
    """The keys for workers and readers. ConfigError `keys-inside-data`; a key that is missing stops nothing before it is needed."""
    keys = settings.recordings.ring
    if keys.folder is not None:
        outside(keys.folder, settings.paths.data)
    return keys
