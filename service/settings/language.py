"""Which catalogue of words the settings ask for, put in force for the whole process. Refuses a file that is none; what an own file
lacks after an upgrade is told, and keeps no telephone from ringing.
"""

from pathlib import Path

from hotline1022.core.catalogue import catalogue_of
from hotline1022.core.words import shipped, speak
from hotline1022.service.settings.desk import DeskSettings


def use_language(desk: DeskSettings) -> None:
    """Everything that is said from now on is said by it. ConfigError `catalogue-invalid`."""
    speak(catalogue_of(Path(desk.catalogue))[0] if desk.catalogue else shipped(desk.language))


def lacking(desk: DeskSettings) -> str:
    """What the own catalogue lacks, in one sentence with its id; "" where it lacks nothing. ConfigError `catalogue-invalid`."""
    if not desk.catalogue:
        return ""
    found = catalogue_of(Path(desk.catalogue))[1]
    return f"{found.said(desk.catalogue)} [catalogue-incomplete]" if found else ""
