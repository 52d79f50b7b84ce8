"""The same steps in a dialplan that asks nobody: answered, both sides recorded, greeting, key 2, the same prompts."""

from hotline1022.service.asterisk.engine import AsteriskInstance
from hotline1022.service.prepare import Prepared

#: what the product plays after key 2 when nobody is logged in
NEXT = "hl1022/connecting"

_DIALPLAN = """
[hl1022-in]
exten => _[+0-9]X.,1,Goto(hl1022-bare,s,1)
[hl1022-bare]
exten => s,1,Set(CALLERID(all)=${{FILTER(+0-9,${{CALLERID(num)}})}})
 same => n,Set(CHANNEL(language)=vi)
 same => n,Answer(,i)
 same => n,MixMonitor(,r({spool}/${{UNIQUEID}}-r.wav)t({spool}/${{UNIQUEID}}-t.wav))
 same => n,Set(TIMEOUT(digit)=1.5)
 same => n,Background(hl1022/greeting)
 same => n,WaitExten(5)
exten => 2,1,Background({next})
 same => n,Background(hl1022/no-agents)
 same => n,WaitExten(5)
[hl1022-lines]
exten => *43,1,Hangup()
"""


def bare(prepared: Prepared) -> AsteriskInstance:
    """The product's Asterisk with its trunk, modules and prompts; without its dialplan, its journal and its service."""
    spool = prepared.settings.paths.spool / "bare"
    spool.mkdir(parents=True, exist_ok=True)
    return prepared.asterisk(
        extra_conf={
            "hl1022/extensions.conf": _DIALPLAN.format(spool=spool, next=NEXT),
            "cel.conf": "[general]\nenable=no\n",
            "hl1022/queues.conf": "",
        }
    )
