"""What requests carry that change somebody who answers. Refuses nothing itself."""

from dataclasses import dataclass
from typing import Annotated

from hotline1022.web.rules import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonChange:
    """Another name."""

    name: Annotated[str, Rule(doc="1 to 80 characters", low=1, high=80)]
    before: Annotated[
        str | None, Rule(doc="as it was read; person-changed when it is another by now. null: whatever it is", high=80)
    ] = None
