"""The hotline of the bench: shipped menu and settings, but room for many calls and a greeting that is a steady tone."""

from pathlib import Path

from hotline1022.service.prepare import prepare
from hotline1022.service.settings.config import load
from tests.asterisk.product import Product
from tests.bench.carrier import GREETING_TONE
from tests.lab.audio import write_tone
from tests.lab.ports import free_port
from tests.lab.prompts import patiently

RTP_PORTS = 4000
CHANNELS = 900


def hotline(folder: Path, prompts: Path) -> Product:
    """Settings written, prompts spoken into `prompts` (kept between runs), nothing started."""
    data, studio = folder / "data", folder / "studio"
    for place in (data, studio, prompts):
        place.mkdir(parents=True, exist_ok=True)
    (data / "prompts").symlink_to(prompts.absolute())
    write_tone(studio / "greeting.wav", GREETING_TONE, 8)
    rtp = free_port("udp", block=RTP_PORTS)
    config = folder / "1022.toml"
    config.write_text(
        f"""
[paths]
data = "{data}"
prompts_studio = "{studio}"
[asterisk]
sip_port = {free_port("udp")}
rtp_first = {rtp}
rtp_last = {rtp + RTP_PORTS - 1}
ami_port = {free_port("tcp")}
[trunk]
host = "127.0.0.2"
port = {free_port("udp", "127.0.0.2")}
channels = {CHANNELS}
[service]
agi_port = {free_port("tcp")}
http_port = {free_port("tcp")}
[log]
level = "warning"
""",
        encoding="utf-8",
    )
    settings = load(config, {})
    prepared = patiently(lambda: prepare(settings))
    return Product(settings=settings, config=config, prepared=prepared, asterisk=prepared.asterisk())
