"""The settings of stored recordings: sealing and its keys, and from where others are imported; each field says its unit and
default. Refuses an import that has no place.
"""

from dataclasses import dataclass
from pathlib import Path

from hotline1022.core.errors import ConfigError, Refused
from hotline1022.recordings.keys import Keys

#: keys that name a file or folder
RECORDINGS_FILES = frozenset({"keys", "import_folder"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Recordings:
    """How recordings are stored."""

    #: whether new files are sealed with AES-256-GCM; false
    seal: bool = False
    #: folder of the keys, outside paths.data; "" = none. With keys and without seal, sealed files are still read
    keys: str = ""
    #: folder with a folder of files and their table for each import that is asked for over the API; "" = none is
    import_folder: str = ""

    @property
    def ring(self) -> Keys:
        """The keys, as the recordings room takes them."""
        return Keys(folder=Path(self.keys) if self.keys else None, seal=self.seal)


def no_import_folder() -> Refused:
    """What whoever wants an import over the API without a folder is told."""
    text = "imports over the API are off; set recordings.import_folder to a folder that the service may read, such as /mnt/import"
    return Refused(text, error_id="import-no-folder")


def no_keys_folder() -> ConfigError:
    """What whoever wants keys without a folder is told."""
    text = "recordings.keys is not set; set it to a folder outside paths.data, such as /etc/hotline1022/keys"
    return ConfigError(text, error_id="recording-keys-unset")
