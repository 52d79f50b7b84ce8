"""What the terminal says of a fact of a call, and of a message: numbers masked, names instead of ids. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hotline1022.core.cascade import StepOutcome
from hotline1022.core.masking import mask, mask_recipient, mask_text
from hotline1022.service.calls.timeline_cascade import PHONES, STEPS
from hotline1022.tickets.code import grouped

Facts = Mapping[str, Any]


def said(event: Facts, call: str, names: Mapping[str, str]) -> str:
    """A fact of a call; "" = nothing to say. `names` are those of people by id."""
    data = event["data"]
    match event["kind"]:
        case "CallEntered":
            return f"calls {data['did']}"
        case "KeyPressed":
            return f"presses {data['key']}" if data["key"] else "says nothing"
        case "QueueJoined":
            return "waits for an agent"
        case "LegStarted" if data["kind"] != "contact":
            return f"{data['kind']} {data['party']} rings"
        case "PersonKnown":
            return f"{names.get(str(data['person']), data['person'])} answers"
        case "EmergencyStarted":
            return f"asks for 115 from the {data['origin']}"
        case "VoicemailStarted":
            return "begins to leave a message"
        case "LegEnded":
            return "the call has ended" if event["channel"] == call else ""
        case _:
            return ""


def of_transfer(event: Facts, cascade: Facts, names: Mapping[str, str]) -> str:
    """A fact of a transfer, as far as it has come; `names` are those of agencies by id, and of people by line."""
    data = event["data"]
    step = next((one for one in cascade["steps"] if one["number"] == data.get("step")), None)
    match event["kind"]:
        case "CascadeStarted":
            agent = names.get(data["line"], data["line"])
            return f"{agent} transfers the citizen to {names.get(data['agency'], data['agency'])}"
        case "StepTried" if step:
            return f"step {step['number']}: {step['name']}, {PHONES[step['which']]} {mask(step['dialled'])} is called"
        case "StepEnded" if step and step["outcome"] != StepOutcome.TAKEN:
            return f"step {step['number']}: {STEPS[StepOutcome(step['outcome'])]}"
        case "CitizenTaken" if step:
            begun, now = (datetime.fromisoformat(at) for at in (cascade["started_at"], event["at"]))
            return f"{step['name']} presses 1 and has the citizen, {(now - begun).total_seconds():.1f} s after the transfer"
        case "CascadeEnded":
            how = "the talk is over" if data["outcome"] == "connected" else "nobody took the call"
            return f"{how}: ticket {grouped(cascade['code'])} kept" if cascade["code"] else how
        case _:
            return ""


def of_message(message: Facts, code: str) -> str:
    """A message that was sent; the digits of the ticket's code are no number to be masked."""
    what = {"sms": "an SMS", "email": "an email"}[message["channel"]]
    text = message["subject"] or message["text"]
    shown = code.join(mask_text(part) for part in text.split(code)) if code else mask_text(text)
    who = message["name"] or "the citizen"
    return f"{mask_recipient(message['recipient'])}  {who} gets {what}: {shown}"
