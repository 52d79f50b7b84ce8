"""The closed lists: states of a call, results and reasons. The database repeats them and a test compares."""

from enum import StrEnum


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


class Result(StrEnum):
    """How a call ended."""

    ANSWERED = "answered"
    EMERGENCY = "emergency"
    VOICEMAIL = "voicemail"
    INFORMED = "informed"
    ABANDONED = "abandoned"
    REFUSED = "refused"
    FAILED = "failed"


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
