"""The word between ok and WRONG. Refuses to be an error: doctor's points raise it, doctor prints it."""

from hotline1022.core.errors import HotlineError


class Note(HotlineError):
    """Not wrong, but people should know."""

    error_id = "note"
