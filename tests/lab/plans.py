"""What a called number or phone of the test network does: values, turned into the one line that its dialplan reads."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Answers after `after` seconds and sounds its tone for `talk` seconds (None: to the end).

    Then it hangs up, or holds on in silence if `stays`. `silent`: sends no RTP packet at all, from answer to end.
    """

    after: float = 0.3
    talk: float | None = None
    stays: bool = False
    silent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rings:
    """Rings and is never answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuses:
    """Ends the call with a Q.850 cause, `after` seconds without a ring."""

    cause: int
    after: float = 0.0


BUSY = Refuses(cause=17)
CONGESTION = Refuses(cause=34)
REJECTS = Refuses(cause=21)
#: The network knows the number, but its phone is switched off.
UNREACHABLE = Refuses(cause=20)
#: The number does not exist.
UNKNOWN = Refuses(cause=1)

Plan = Answers | Rings | Refuses


def line(plan: Plan, frequency: int) -> str:
    """mode,ring,talk,then,freq,cause"""
    match plan:
        case Answers(after=after, talk=talk, stays=stays, silent=silent):
            then = "hangup" if talk is not None and not stays else "stay"
            return f"answer,{after},{3600 if talk is None else talk},{then},{'none' if silent else frequency},"
        case Rings():
            return "ring,0,0,stay,none,"
        case Refuses(cause=cause, after=after):
            return f"refuse,{after},0,hangup,none,{cause}"
