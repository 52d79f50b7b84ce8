"""Which catalogue of words the settings ask for, put in force for the whole process. Refuses to let words keep a telephone from
ringing: an own file that is none is told, and so is what it lacks after an upgrade; `config check` and `language check` end with 1.
"""

import logging
from pathlib import Path

from hotline1022.core.catalogue import catalogue_of
from hotline1022.core.errors import ConfigError
from hotline1022.core.words import shipped, speak
from hotline1022.service.settings.desk import DeskSettings

log = logging.getLogger(__name__)


def use_language(desk: DeskSettings) -> None:
    """Everything that is said from now on is said by it; by the one that comes with 1022 where the file is no catalogue."""
    try:
        speak(catalogue_of(Path(desk.catalogue))[0] if desk.catalogue else shipped(desk.language))
    except ConfigError as error:
        log.error("%s [%s]; until then all is said by the catalogue that comes with 1022", error, error.error_id)
        speak(shipped(desk.language))


def lacking(desk: DeskSettings) -> str:
    """What the own catalogue lacks, in one sentence with its id; "" where it lacks nothing. ConfigError `catalogue-invalid`."""
    if not desk.catalogue:
        return ""
    found = catalogue_of(Path(desk.catalogue))[1]
    return f"{found.said(desk.catalogue)} [catalogue-incomplete]" if found else ""
