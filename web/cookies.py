"""The cookie of a session, the token in forms that belongs to it, and whether a request comes from our own pages. Refuses a
form that another site sent.
"""

import hashlib
import hmac
import re
from ipaddress import ip_address

from aiohttp import web

from hotline1022.accounts.types import From
from hotline1022.web.auth import address_group
from hotline1022.web.errors import Forbidden
from hotline1022.web.package import origin

#: with https the browser itself holds that nobody else set it (RFC 6265bis)
SECURE, PLAIN = "__Host-hl1022", "hl1022"
HEADER, FIELD = "X-CSRF-Token", "csrf"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def is_secure(request: web.Request) -> bool:
    """Whether the browser speaks https, to us or to a proxy on this machine."""
    if request.secure:
        return True
    said = request.headers.getall("X-Forwarded-Proto", [""])[-1].rpartition(",")[2].strip().lower()
    try:
        return said == "https" and ip_address(request.remote or "").is_loopback
    except ValueError:
        return False


def read(request: web.Request) -> str:
    """What the cookie says; "" when there is none, or none of ours."""
    text = request.cookies.get(SECURE if is_secure(request) else PLAIN, "")
    return text if _TOKEN.fullmatch(text) else ""


def write(request: web.Request, response: web.StreamResponse, token: str) -> None:
    """Set it: for this browser session, out of reach of scripts, not sent along from other sites."""
    secure = is_secure(request)
    response.set_cookie(SECURE if secure else PLAIN, token, path="/", httponly=True, secure=secure, samesite="Lax")


def drop(request: web.Request, response: web.StreamResponse) -> None:
    """Take it away."""
    secure = is_secure(request)
    name = SECURE if secure else PLAIN
    response.del_cookie(name, path="/", httponly=True, secure=secure, samesite="Lax")


def form_token(cookie: str) -> str:
    """What forms of this session carry: made from the cookie, which no other site can read."""
    return hashlib.sha256(b"hl1022 form\0" + cookie.encode()).hexdigest()


def page_token(cookie: str, user: str) -> str:
    """The same for forms of a page, which say with it whose page they are on: that is known then when session and service are over."""
    return f"{form_token(cookie)}.{user}"


def page_of(given: str) -> tuple[str, str]:
    """Of a `page_token` or `form_token` that of the session, and the id of the user; "" where it does not say."""
    token, _, user = given.partition(".")
    return token, user


def check_form(cookie: str, given: str) -> None:
    """Forbidden `form-foreign` when the form is not of this session."""
    if not hmac.compare_digest(form_token(cookie).encode(), page_of(given)[0].encode()):
        text = "this form is not of your session; load the page again, then send it once more"
        raise Forbidden(text, error_id="form-foreign")


def check_site(request: web.Request) -> None:
    """Forbidden `form-foreign` when a browser says that another site sent this."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    said = request.headers.get("Origin", "")
    own = {f"{scheme}://{request.host}" for scheme in ("http", "https")}
    if site not in ("same-origin", "none") or (said and said not in own):
        text = "another site sent this form; open the page here, and send it from there"
        raise Forbidden(text, error_id="form-foreign")


def whence(request: web.Request) -> From:
    """From where somebody comes: by address, of a proxy on this machine by what that one says."""
    told = origin(request).partition(" via ")[0]
    words = "".join(one for one in request.headers.get("User-Agent", "") if one.isprintable())
    return From(address=address_group(told), browser=words[:200])
