"""The settings of stored recordings: sealing and its keys; each field says its unit and default. Refuses nothing itself."""

from dataclasses import dataclass
from pathlib import Path

from hotline1022.recordings.keys import Keys

#: keys that name a file or folder
RECORDINGS_FILES = frozenset({"keys"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Recordings:
    """How recordings are stored."""

    #: whether new files are sealed with AES-256-GCM; false
    seal: bool = False
    #: folder of the keys, outside paths.data; "" = none. With keys and without seal, sealed files are still read
    keys: str = ""

    @property
    def ring(self) -> Keys:
        """The keys, as the recordings room takes them."""
        return Keys(folder=Path(self.keys) if self.keys else None, seal=self.seal)
