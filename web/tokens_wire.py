"""What requests about API tokens carry, and what is told of one. Refuses to tell a token's text or hash: the text is given once, when it
is made.
"""

from dataclasses import dataclass
from typing import Annotated

from hotline1022.web.directory_wire import IdText
from hotline1022.web.rules import Rule
from hotline1022.web.types import Scope, When


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """A token, without its text."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    contact: Annotated[str, Rule(doc="contact point that it belongs to, and with which it ends; empty = nobody's")]
    made_at: When
    made_by: Annotated[str, Rule(doc="who, as the audit names them; empty = not known")]
    last_used_at: Annotated[When | None, Rule(doc="to the minute; null = never")]
    revoked_at: When | None
    revoked_why: Annotated[str, Rule(doc="why it ended by itself; empty = somebody revoked it, or it is valid")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiTokenList:
    """Those that are valid first, the latest first."""

    tokens: tuple[ApiToken, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiTokenBody:
    """A new one."""

    name: Annotated[str, Rule(doc="which program has it", low=1, high=80)]
    scopes: Annotated[tuple[Scope, ...], Rule(doc="what it may; of a contact point read and agent alone")]
    contact: Annotated[IdText | None, Rule(doc="contact point that it belongs to")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenToken:
    """A new one, and its text, which is given once."""

    token: ApiToken
    text: str
