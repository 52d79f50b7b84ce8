"""Hears what a page's player really plays: its samples, by side and by frequency, whatever the page says of itself. Changes nothing of
what is heard.
"""

from typing import Any

from tests.lab.browser import Tab

#: between the player and the loudspeaker; what is measured is what comes through here
_EAR = """(() => {
  const sound = document.getElementById('sound'), context = new AudioContext(), split = context.createChannelSplitter(2);
  const from = context.createMediaElementSource(sound), all = context.createAnalyser(), sides = [0, 1].map(() => context.createAnalyser());
  all.fftSize = 8192; all.smoothingTimeConstant = 0;
  from.connect(context.destination); from.connect(all); from.connect(split);
  sides.forEach((side, number) => split.connect(side, number));
  const samples = new Float32Array(sides[0].fftSize), bins = new Float32Array(all.frequencyBinCount);
  const wait = ms => new Promise(done => setTimeout(done, ms));
  window.ear = {
    side: number => { sides[number].getFloatTimeDomainData(samples); return samples.reduce((most, one) => Math.max(most, Math.abs(one)), 0); },
    // of each frequency the loudness in dB that half of the looks in this time were above; -300 = nothing at all
    tones: async (hertz, ms) => {
      const found = hertz.map(() => []);
      for (const end = performance.now() + ms; performance.now() < end; await wait(30)) {
        all.getFloatFrequencyData(bins);
        hertz.forEach((one, number) => {
          const bin = Math.round(one * all.fftSize / context.sampleRate);
          found[number].push(Math.max(-300, bins[bin - 1], bins[bin], bins[bin + 1]));
        });
      }
      return found.map(one => one.sort((a, b) => a - b)[Math.floor(one.length / 2)]);
    },
  };
  return context.resume();
})()"""


async def attach(tab: Tab) -> None:
    """Listen to the player of the page from now on; something must have been pressed there before."""
    await tab.run(_EAR)


async def tones(tab: Tab, *hertz: int, ms: int = 900) -> list[float]:
    """How loud each of these frequencies is, in dB."""
    found: Any = await tab.run(f"window.ear.tones({list(hertz)}, {ms})")
    return [float(one) for one in found]
