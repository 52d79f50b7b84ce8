// Plays a recording that somebody has a right to: waveform, who is heard when, each side on and off, by keys alone. Refuses to load
// anything before play is pressed, but for the picture; keeps nothing of the sound, so that a call of hours costs no memory.
"use strict";
(() => {
  const box = document.getElementById("player");
  if (!box) return;
  const at = id => document.getElementById(id);
  const sound = at("sound"), wave = at("wave"), place = at("place"), play = at("play"), alarm = at("player-problem");
  const whole = Number(box.dataset.duration) / 1000, say = box.dataset;
  const stereo = Boolean(box.dataset.stereo);
  const KINDS = ["silence", "citizen", "other", "both"];
  let peaks = null, stretches = [], graph = null, zoom = 0, spoken = -1, stayed = performance.now();

  const two = n => String(n).padStart(2, "0");
  const written = s => { const t = Math.max(0, Math.floor(s)), h = Math.floor(t / 3600);
    return (h ? h + ":" + two(Math.floor(t / 60) % 60) : Math.floor(t / 60)) + ":" + two(t % 60); };
  const length = () => Number.isFinite(sound.duration) && sound.duration > 0 ? sound.duration : whole;

  // ------------------------------------------------------------ the two sides
  function connect() {
    if (graph || !stereo || !window.AudioContext) return;
    const context = new AudioContext(), split = context.createChannelSplitter(2), join = context.createChannelMerger(2);
    context.createMediaElementSource(sound).connect(split);
    const side = number => {
      const ears = [context.createGain(), context.createGain()], look = context.createAnalyser();
      look.fftSize = 1024;
      ears.forEach((ear, n) => { split.connect(ear, number); ear.connect(join, 0, n); });
      ears.forEach(ear => ear.connect(look));
      return { ears, look, heard: new Float32Array(look.fftSize) };
    };
    join.connect(context.destination);
    graph = { context, sides: [side(0), side(1)] };
    mix();
  }
  // both: each in an ear of its own; one alone: in both ears
  function mix() {
    if (!graph) return;
    const on = [at("citizen").checked, at("other").checked], alone = on[0] !== on[1];
    graph.sides.forEach((side, number) => side.ears.forEach((ear, n) => {
      ear.gain.value = on[number] && (alone || n === number) ? 1 : 0;
    }));
  }
  function meters() {
    if (!graph) return;
    graph.sides.forEach((side, number) => {
      side.look.getFloatTimeDomainData(side.heard);
      let most = 0;
      for (const one of side.heard) most = Math.max(most, Math.abs(one));
      at(number ? "other-level" : "citizen-level").value = sound.paused ? 0 : Math.min(1, most);
    });
  }

  // ------------------------------------------------------------ moving
  function go(seconds) {
    sound.currentTime = Math.min(Math.max(0, seconds), Math.max(0, length() - 0.05));
    shown();
  }
  async function toggle() {
    if (!sound.paused) { sound.pause(); return; }
    alarm.hidden = true;
    connect();
    try {
      if (graph) await graph.context.resume();
      await sound.play();
    } catch (error) {
      if (error.name !== "AbortError" && !sound.error) tell(say.broken);
    }
  }
  async function failed() {
    let status = 0;
    try { status = (await fetch(sound.currentSrc, { method: "HEAD" })).status; } catch { status = 0; }
    tell(status === 404 || status === 401 || status === 403 || status === 409 ? say.ended : say.broken);
  }
  function tell(text) {
    alarm.firstElementChild.textContent = text;
    alarm.hidden = false;
  }
  function skipped(now) {
    if (sound.paused || !at("skip").checked) return;
    const here = stretches.find(one => now * 1000 >= one.from_ms && now * 1000 < one.to_ms);
    if (here && here.kind === "silence" && here.to_ms - now * 1000 > 1500) go(here.to_ms / 1000 - 0.3);
  }

  // ------------------------------------------------------------ what is seen
  function frame() {
    const all = length(), span = zoom && zoom < all ? zoom : all;
    const first = Math.min(Math.max(0, sound.currentTime - span / 2), Math.max(0, all - span));
    return { first, span };
  }
  function draw() {
    const wide = wave.clientWidth, high = wave.clientHeight, dots = window.devicePixelRatio || 1;
    if (!wide) return;
    if (wave.width !== Math.round(wide * dots)) { wave.width = Math.round(wide * dots); wave.height = Math.round(high * dots); }
    const pen = wave.getContext("2d"), style = getComputedStyle(box), colour = name => style.getPropertyValue("--" + name).trim();
    pen.setTransform(dots, 0, 0, dots, 0, 0);
    pen.clearRect(0, 0, wide, high);
    const { first, span } = frame(), strip = stretches.length ? 14 : 0;
    if (peaks) {
      // of an original alone there is one side
      const lanes = ["citizen", "other"].filter(name => peaks[name].length), tall = (high - strip) / Math.max(1, lanes.length);
      lanes.forEach((name, lane) => {
        const side = peaks[name], top = lane * tall;
        pen.fillStyle = colour(name);
        pen.globalAlpha = !stereo || at(name).checked ? 1 : 0.25;
        for (let x = 0; x < wide; x++) {
          const from = Math.floor((first + span * x / wide) * 1000 / peaks.step);
          const to = Math.max(from + 1, Math.floor((first + span * (x + 1) / wide) * 1000 / peaks.step));
          let most = 0;
          for (let n = from; n < to && n < side.length; n++) most = Math.max(most, side[n]);
          const half = Math.max(0.5, Math.sqrt(most / 255) * (tall / 2 - 2));
          pen.fillRect(x, top + tall / 2 - half, 1, 2 * half);
        }
        pen.globalAlpha = 1;
      });
    }
    for (const one of stretches) {
      const from = (one.from_ms / 1000 - first) / span * wide, to = (one.to_ms / 1000 - first) / span * wide;
      if (to < 0 || from > wide) continue;
      pen.fillStyle = colour(one.kind);
      pen.fillRect(from, high - strip + 3, Math.max(1, to - from), strip - 3);
    }
    pen.fillStyle = colour("needle");
    pen.fillRect((sound.currentTime - first) / span * wide - 1, 0, 2, high);
  }
  function shown() {
    const now = sound.currentTime, second = Math.floor(now);
    place.max = String(length());
    place.value = String(now);
    at("now").textContent = written(now);
    if (second !== spoken) {
      spoken = second;
      const moment = new Date(Number(box.dataset.began) + second * 1000);
      const text = moment.toLocaleTimeString(document.documentElement.lang, { timeZone: "Asia/Ho_Chi_Minh", hour12: false });
      at("moment").textContent = text;
      place.setAttribute("aria-valuetext", written(now) + ", " + text);
      document.querySelectorAll("[data-seek]").forEach(line => {
        const next = line.closest("li").nextElementSibling, from = Number(line.dataset.seek) / 1000;
        const to = next ? Number(next.querySelector("[data-seek]").dataset.seek) / 1000 : Infinity;
        if (now >= from && now < to) line.setAttribute("aria-current", "true"); else line.removeAttribute("aria-current");
      });
    }
    draw();
  }
  // a browser may ask once for all of a call of hours: while somebody listens, the session goes on
  function stay() {
    if (performance.now() - stayed < 600000) return;
    stayed = performance.now();
    fetch(sound.currentSrc, { method: "HEAD" }).catch(() => {});
  }
  function turning() {
    stay();
    meters();
    skipped(sound.currentTime);
    shown();
    if (!sound.paused && !sound.ended) requestAnimationFrame(turning);
  }
  function state() {
    const going = !sound.paused && !sound.ended;
    play.textContent = going ? say.pause : say.play;
    if (going) requestAnimationFrame(turning); else { meters(); shown(); }
  }

  // ------------------------------------------------------------ by hand and by keys
  play.addEventListener("click", toggle);
  for (const [id, by] of [["back", -10], ["on", 10]]) at(id).addEventListener("click", () => go(sound.currentTime + by));
  place.addEventListener("input", () => go(Number(place.value)));
  at("speed").addEventListener("change", event => { sound.playbackRate = Number(event.target.value); });
  if (stereo) {
    for (const id of ["citizen", "other"]) at(id).addEventListener("change", () => { mix(); draw(); });
  }
  at("zoom").addEventListener("change", event => { zoom = Number(event.target.value); draw(); });
  wave.addEventListener("pointerdown", event => {
    const { first, span } = frame();
    go(first + span * event.offsetX / wave.clientWidth);
  });
  document.querySelectorAll("[data-seek]").forEach(line => line.addEventListener("click", () => go(Number(line.dataset.seek) / 1000)));
  box.addEventListener("keydown", event => {
    const own = event.target.closest("select, input[type=checkbox], a");
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const far = event.shiftKey ? 60 : 5, now = sound.currentTime;
    const to = { ArrowLeft: now - far, ArrowRight: now + far, PageUp: now - 60, PageDown: now + 60, Home: 0, End: length() }[event.key];
    if (event.key === " " && !own && (event.target === play || event.target.tagName !== "BUTTON")) {
      event.preventDefault();
      toggle();
    } else if (to !== undefined && !event.target.closest("select")) {
      event.preventDefault();
      go(to);
    } else if (stereo && (event.key === "1" || event.key === "2")) {
      const side = at(event.key === "1" ? "citizen" : "other");
      side.checked = !side.checked;
      side.dispatchEvent(new Event("change"));
    }
  });
  // a space that was taken on keydown must not press the button too
  play.addEventListener("keyup", event => { if (event.key === " ") event.preventDefault(); });
  for (const one of ["play", "pause", "ended", "seeked"]) sound.addEventListener(one, state);
  sound.addEventListener("loadedmetadata", shown);
  sound.addEventListener("error", failed);
  window.addEventListener("resize", draw);

  // ------------------------------------------------------------ the picture
  const bytes = text => Uint8Array.from(atob(text), one => one.charCodeAt(0));
  async function fetched(address) {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }
  async function picture() {
    try {
      const [loud, map] = await Promise.all([fetched(box.dataset.peaks), fetched(box.dataset.map)]);
      peaks = { step: loud.step_ms, citizen: bytes(loud.citizen), other: bytes(loud.other) };
      stretches = map.stretches;
      const sums = Object.fromEntries(KINDS.map(kind => [kind, 0]));
      for (const one of stretches) sums[one.kind] += one.to_ms - one.from_ms;
      for (const kind of KINDS) {
        if (at("share-" + kind)) at("share-" + kind).textContent = map.duration_ms ? Math.round(100 * sums[kind] / map.duration_ms) + " %" : "–";
      }
      at("picture").hidden = true;
      draw();
    } catch {
      at("picture").textContent = say.nopicture;
    }
  }
  sound.removeAttribute("controls");
  box.querySelectorAll("[hidden].by-script").forEach(one => { one.hidden = false; });
  shown();
  picture();
  play.focus();
})();
