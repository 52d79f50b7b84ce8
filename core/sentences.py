"""What services say to people, by the key under which the catalogue has its words: one row makes the sentence of the API and of the
log, and reads it back. Refuses nothing; said.py uses it.

A hole stands for a value. `{share}` is of a form of its own (said.py), and so are moments, days and counts; the others are any text.
"""

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    # why nothing is deleted although it is due
    "doubt.no-looks": "the audit has no daily looks yet; retention begins when it has them for {days} days",
    "doubt.to-come": "the last entry of the audit is of {last}, which is still to come; set the clock right",
    "doubt.went-back": (
        "the clock went back from {before} to {after}; if the clock is right, retention goes on by itself on {until}"
    ),
    "doubt.gap": (
        "from {before} to {after} the audit has no daily look; if the clock is right, retention goes on by itself on {until}"
    ),
    "doubt.few-looks": (
        "the audit has daily looks since {since} alone; if the clock is right, retention goes on by itself on {until}"
    ),
    "doubt.days-gone": (
        "the audit tells of days that were decided at the desk, and they are gone from the database; run hotline1022 evidence "
        "verify, then decide the days anew at /desk/evidence/retention"
    ),
    "doubt.days-differ": (
        "version {number} of the days is not what the audit tells; run hotline1022 evidence verify, then decide the days anew at "
        "/desk/evidence/retention"
    ),
    # what is wrong with deadlines
    "policy-fault.no-length": "{place}: is no length of time; write 30 minutes, 4 hours or 5 days",
    "policy-fault.no-clock": "{place}: is no clock; choose {known}",
    "policy-fault.no-hours": '{place}: are no hours; write them in order, ["07:30-11:30", "13:30-17:00"]',
    "policy-fault.no-weekdays": "{place}: are no weekdays; write numbers from 1 (Monday) to 7, [1, 2, 3, 4, 5]",
    "policy-fault.no-days": '{place}: are no days; write ["2026-08-31"]',
    "policy-fault.no-number": "{place}: is no number of days; write 1 to {most}",
    "policy-fault.both": "{place}: {day} is in worked too; keep it in one of them",
    "policy-fault.twice": "category {category} is there twice for {urgency}; keep one",
    "policy-fault.nothing": "category {category} has nothing of its own for {urgency}; leave it out",
    "policy-fault.never": "the calendar of the offices has no open day in ten years; look at its days and hours",
    # details of alarms
    "alarm-said.line": "line {line}, person {person}",
    "alarm-said.line-again": "line {line}, person {person}: called again",
    "alarm-said.ticket-of-nobody": "ticket {code}, {ticket_state}, no agency yet: due {due}",
    "alarm-said.ticket": "ticket {code}, {ticket_state}, {agency}: due {due}",
    "alarm-said.nobody": "{name} has no {role}; ask it for a letter that names one",
    "alarm-said.more": "and {count} more, see hotline1022 directory check",
    "alarm-said.backup-all-night": (
        "nothing of what is due was deleted: a backup was being made in all of the quiet hours. Does one hang?"
    ),
    "alarm-said.nothing-deleted": "nothing was deleted: {doubt}",
    "alarm-said.many": (
        "{many} {what} are due, {lately} went in the last {nights} nights; {left} go tonight. Is the clock right, did somebody "
        "shorten the days? `hotline1022 recordings retention --dry-run`; retention.most_a_night"
    ),
    "alarm-said.stuck": "files of call {call} cannot be deleted: {why}",
    "alarm-said.menu": "version {number} of the menu is not in force, the one at hand goes on: {why}",
    "alarm-said.backup-wrong": "{count} files of backup {name} are not as the database promises",
    "alarm-said.backup-stuck": "the backup has made no progress for {hours} h; nothing is deleted until it ends",
    "alarm-said.backup-spoilt": "{name}: {count} files of a backup are not what was written: {texts}",
    "alarm-said.files-spoilt": "{count} files are not as they were stored: {texts}",
    "alarm-said.files-other": "{count} files are not what was stored; hotline1022 recordings verify names them",
    "alarm-said.spoilt": "entry {seq} was spoilt: the chain goes on behind it; run hotline1022 evidence verify",
    "alarm-said.no-end": "the nightly look at the evidence comes to no end; the log says why, and it is tried again",
    "alarm-said.not-stamped": "the audit's chain is not stamped",
    "alarm-said.ahead": "the last {night} is of {last}, which is still to come: the clock was wrong then, or is now",
    "alarm-said.none-yet": "there is no {night} yet, and its first entry is of {first}",
    "alarm-said.old": "the last {night} is of {last}: none since",
    "alarm-said.emergency": "no emergency number answered",
    "alarm-said.disk-room": "only {room} MiB ({share} %) are free below {folder}; {meaning}",
    "alarm-said.disk-files": "only {files} more files ({share} %) can be made below {folder} (inodes); {meaning}",
    "alarm-said.disk-quota": "nothing more may be written below {folder}: its quota is used up; {meaning}",
    "alarm-said.disk-away": "the disk of {folder} cannot be looked at or written ({why}); is it there?; {meaning}",
    "alarm-said.message-not-written": "{channel} {gateway}: not written",
    "alarm-said.message": "{channel} {gateway}: {state}, {error}",
    "alarm-said.erasure": (
        "the erasure {request} stands broken off since {since}: part of it may be gone, the rest is there; type the number again at "
        "/desk/citizens, or hotline1022 citizen confirm, to go on"
    ),
    "alarm-said.erasure-hangs": (
        "the erasure {request} runs and has not moved since {since}: see to the disk and the database, restart the service, then type "
        "the number again at /desk/citizens"
    ),
    "alarm-said.gateway": "{gateway}: {error}",
    "alarm-said.webhook": "{name} ({webhook}): {webhook_error}",
    "alarm-said.part": "{part} broke ({kind}); calls go on, and the service's log says why",
    "alarm-said.history": "its history cannot be read, and what follows in it is not written down; see the service's log",
    "alarm-said.row": "a row of the audit cannot be read; run hotline1022 evidence verify",
    "alarm-said.findings": "{found} findings: {texts}",
    "alarm-said.findings-more": "and {found} more; run hotline1022 evidence verify",
    "alarm-said.fault": "{fault}: {text}",
    "alarm-said.hunt": "hunt {hunt}: {why}",
    "alarm-said.account": "account {account}: {message}",
    "alarm-said.dialplan-other": (
        "Asterisk has loaded the dial plan of another version; when nobody is on the telephone run `hotline1022 reload`, or restart "
        "Asterisk"
    ),
    "alarm-said.dialplan-old": (
        "Asterisk has loaded the dial plan of an older version, by which nobody who was called back can be put through; when nobody "
        "is on the telephone run `hotline1022 reload`, or restart Asterisk"
    ),
    "alarm-said.dialplan-module": (
        "Asterisk has not loaded func_export.so: nobody is put through to an agency, and answered calls to 115 count as dropped; say "
        "`module load func_export.so` on its console now"
    ),
    "alarm-said.disclosure": (
        "the row of the disclosure {disclosure} cannot be read, and stays as it is; run hotline1022 evidence verify"
    ),
    "alarm-said.link": (
        "somebody tried the link {link} of the disclosure {disclosure}, of which the audit does not tell as its row does; it "
        "opens nothing, run hotline1022 evidence verify"
    ),
    "alarm-said.aside": "acts could not go into the audit; they lie in {file} beside the journal",
    "alarm-said.copy": (
        "a copy ({kind}) was not what was made: {why}. The originals are whole, and it was made again from them"
    ),
}
