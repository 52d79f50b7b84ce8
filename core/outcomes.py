"""The closed lists: states of a call, results and reasons. The database repeats them and a test compares."""

from enum import StrEnum


class Direction(StrEnum):
    """Who began the call."""

    #: a citizen called 1022
    IN = "in"
    #: an agent calls a citizen back
    OUT = "out"


class CallState(StrEnum):
    """Where a citizen's call is. The table in call.py says what leads where."""

    MENU = "menu"
    WAITING = "waiting"
    TALKING = "talking"
    EMERGENCY = "emergency"
    EMERGENCY_TALKING = "emergency-talking"
    VOICEMAIL = "voicemail"
    AFTER = "after"
    ENDED = "ended"
    #: 1022 calls the citizen: the agent's own phone rings first, then hers
    CALLING_AGENT = "calling-agent"
    CALLING_CITIZEN = "calling-citizen"


class Result(StrEnum):
    """How a call ended."""

    ANSWERED = "answered"
    EMERGENCY = "emergency"
    VOICEMAIL = "voicemail"
    INFORMED = "informed"
    ABANDONED = "abandoned"
    REFUSED = "refused"
    FAILED = "failed"
    #: of calls to citizens
    REACHED = "reached"
    UNREACHED = "unreached"


class Reason(StrEnum):
    """Why it ended so."""

    AGENT_ANSWERED = "agent-answered"
    EMERGENCY_ANSWERED = "emergency-answered"
    EMERGENCY_BY_AGENT = "emergency-by-agent"
    EMERGENCY_UNANSWERED = "emergency-unanswered"
    MESSAGE_LEFT = "message-left"
    NO_MESSAGE = "no-message"
    HEARD_INFORMATION = "heard-information"
    IN_MENU = "in-menu"
    IN_QUEUE = "in-queue"
    IN_EMERGENCY = "in-emergency"
    LINES_FULL = "lines-full"
    UNKNOWN_NUMBER = "unknown-number"
    END_UNKNOWN = "end-unknown"
    CITIZEN_ANSWERED = "citizen-answered"
    CITIZEN_NO_ANSWER = "citizen-no-answer"
    CITIZEN_BUSY = "citizen-busy"
    CITIZEN_REFUSED = "citizen-refused"
    CITIZEN_HUNG_UP = "citizen-hung-up"
    NUMBER_NOT_VALID = "number-not-valid"
    LINE_TROUBLE = "line-trouble"
    AGENT_NO_ANSWER = "agent-no-answer"
    AGENT_HUNG_UP = "agent-hung-up"
