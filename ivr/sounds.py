"""The sounds that Asterisk plays by itself in Vietnamese, by the names it asks for. Their texts are in the menu file."""

#: played by app_queue to the caller (position, expected wait) and to the agent (how long the caller waited)
QUEUE_SOUNDS = (
    "queue-youarenext",
    "queue-thereare",
    "queue-callswaiting",
    "queue-quantity1",
    "queue-quantity2",
    "queue-holdtime",
    "queue-minute",
    "queue-minutes",
    "queue-seconds",
    "queue-thankyou",
    "queue-reporthold",
    "queue-periodic-announce",
)
#: played by blind transfer (#1) to the agent: asks for the code; the code is not one
TRANSFER_SOUNDS = ("pbx-transfer", "pbx-invalid")
#: the tone before a message or an echo, no speech
BEEP = "beep"
