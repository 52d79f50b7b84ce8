"""How the door says no. Refuses nothing itself: auth.py, who.py and the handlers do."""

from hotline1022.core.errors import HotlineError


class Unauthorized(HotlineError):
    """No token, or an unknown one."""

    error_id = "token-invalid"


def no_token() -> Unauthorized:
    """Nobody showed who asks."""
    text = "no token was sent; send Authorization: Bearer TOKEN, or sign in at /desk"
    return Unauthorized(text, error_id="token-missing")


class Forbidden(HotlineError):
    """Whoever asks lacks the permission."""

    error_id = "scope-missing"


class TooMany(HotlineError):
    """Too many failures from one address."""

    error_id = "too-many-failures"

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        #: when to try again
        self.seconds = max(1, round(seconds))
