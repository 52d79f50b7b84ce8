// Plays a recording that somebody has a right to: waveform, who is heard when, each speaker on and off, by keys alone. Refuses to load
// anything before play is pressed, but for the picture; keeps nothing of the sound, so that a call of hours costs no memory. Mixes
// nothing itself: for each choice of speakers it asks for a copy in which nobody else is, so what is sent is what is heard.
"use strict";
(() => {
  const box = document.getElementById("player");
  if (!box) return;
  const at = id => document.getElementById(id);
  const sound = at("sound"), wave = at("wave"), place = at("place"), play = at("play"), alarm = at("player-problem");
  const whole = Number(box.dataset.duration) / 1000, say = box.dataset;
  const KINDS = ["silence", "citizen", "other", "both"];
  const boxes = [...box.querySelectorAll("[data-speaker]")];
  //: a lane: its canvas, points of `step` ms from `from` ms on, colour, checkbox
  let lanes = [], stretches = [], zoom = 0, spoken = -1, stayed = performance.now();
  //: which choice is asked for; whether the sound is the one that is chosen, is to play when it is, could not be had
  let turn = 0, ready = true, wish = false, stuck = false, later = 0, drawing = 0;

  const two = n => String(n).padStart(2, "0");
  const written = s => { const t = Math.max(0, Math.floor(s)), h = Math.floor(t / 3600);
    return (h ? h + ":" + two(Math.floor(t / 60) % 60) : Math.floor(t / 60)) + ":" + two(t % 60); };
  const length = () => Number.isFinite(sound.duration) && sound.duration > 0 ? sound.duration : whole;

  // ------------------------------------------------------------ who is heard
  const chosen = () => boxes.filter(one => one.checked).map(one => one.dataset.speaker);
  const rights = new Map([[chosen().join(" "), sound.getAttribute("src")]]);

  // whoever is switched off is silent at once; the others go on from the same moment, when there is a copy of them alone
  function choose() {
    turn += 1;
    wish = wish || !sound.paused;
    ready = stuck = false;
    sound.pause();
    state();
    clearTimeout(later);
    later = setTimeout(take, 250, turn, chosen());
  }
  async function take(mine, keys) {
    const said = at("choice"), which = keys.join(" ");
    if (!keys.length) { said.textContent = say.nobody; return; }
    if (!rights.has(which)) {
      said.textContent = say.making;
      let status = 0;
      try {
        const answer = await fetch(box.dataset.speakers, {
          method: "POST", redirect: "error", body: JSON.stringify({ speakers: keys }),
          headers: { "Content-Type": "application/json", "X-CSRF-Token": say.csrf },
        });
        status = answer.status;
        if (answer.ok) rights.set(which, (await answer.json()).url);
      } catch { status = 0; }
      if (mine !== turn) return;
      if (!rights.has(which)) {
        said.textContent = "";
        wish = false;
        stuck = true;
        state();
        tell([401, 403, 404, 409].includes(status) ? say.ended : say.unmade);
        return;
      }
    }
    said.textContent = "";
    alarm.hidden = true;
    const now = sound.currentTime, source = rights.get(which);
    if (sound.getAttribute("src") !== source) {
      sound.src = source;
      sound.currentTime = now;
    }
    ready = true;
    if (wish) await start();
    state();
  }

  // ------------------------------------------------------------ moving
  function go(seconds) {
    sound.currentTime = Math.min(Math.max(0, seconds), Math.max(0, length() - 0.05));
    shown();
  }
  async function toggle() {
    if (ready && !sound.paused) { sound.pause(); return; }
    alarm.hidden = true;
    if (ready) { await start(); return; }
    wish = !wish;
    if (stuck) { stuck = false; take(turn, chosen()); } // once more
    else if (!chosen().length) at("choice").textContent = say.nobody;
    state();
  }
  async function start() {
    wish = false;
    try {
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
    const style = getComputedStyle(box), colour = name => style.getPropertyValue("--" + name).trim();
    for (const canvas of [wave, ...lanes.map(one => one.canvas).filter(one => one !== wave)]) {
      const wide = canvas.clientWidth, high = canvas.clientHeight, dots = window.devicePixelRatio || 1;
      if (!wide) continue;
      if (canvas.width !== Math.round(wide * dots)) {
        canvas.width = Math.round(wide * dots);
        canvas.height = Math.round(high * dots);
      }
      const pen = canvas.getContext("2d"), { first, span } = frame();
      pen.setTransform(dots, 0, 0, dots, 0, 0);
      pen.clearRect(0, 0, wide, high);
      const own = lanes.filter(one => one.canvas === canvas), strip = canvas === wave && stretches.length ? 14 : 0;
      const tall = (high - strip) / Math.max(1, own.length);
      own.forEach((lane, number) => points(pen, lane, first, span, wide, number * tall, tall, colour(lane.side)));
      for (const one of canvas === wave ? stretches : []) {
        const from = (one.from_ms / 1000 - first) / span * wide, to = (one.to_ms / 1000 - first) / span * wide;
        if (to < 0 || from > wide) continue;
        pen.fillStyle = colour(one.kind);
        pen.fillRect(from, high - strip + 3, Math.max(1, to - from), strip - 3);
      }
      pen.fillStyle = colour("needle");
      pen.fillRect((sound.currentTime - first) / span * wide - 1, 0, 2, high);
    }
  }
  function points(pen, lane, first, span, wide, top, tall, colour) {
    pen.fillStyle = colour;
    pen.globalAlpha = !lane.box || lane.box.checked ? 1 : 0.25;
    const place = x => Math.floor(((first + span * x / wide) * 1000 - lane.from) / lane.step);
    for (let x = 0; x < wide; x++) {
      const from = place(x), to = Math.max(from + 1, place(x + 1));
      if (to <= 0 || from >= lane.points.length) continue; // this speaker is not there
      let most = 0;
      for (let n = Math.max(0, from); n < to && n < lane.points.length; n++) most = Math.max(most, lane.points[n]);
      const half = Math.max(0.5, Math.sqrt(most / 255) * (tall / 2 - 2));
      pen.fillRect(x, top + tall / 2 - half, 1, 2 * half);
    }
    pen.globalAlpha = 1;
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
    skipped(sound.currentTime);
    shown();
    if (!sound.paused && !sound.ended) drawing = requestAnimationFrame(turning);
  }
  function state() {
    const going = !sound.paused && !sound.ended;
    play.textContent = going || wish ? say.pause : say.play;
    cancelAnimationFrame(drawing);
    if (going) drawing = requestAnimationFrame(turning); else shown();
  }

  // ------------------------------------------------------------ by hand and by keys
  play.addEventListener("click", toggle);
  for (const [id, by] of [["back", -10], ["on", 10]]) at(id).addEventListener("click", () => go(sound.currentTime + by));
  place.addEventListener("input", () => go(Number(place.value)));
  // the default is what the next copy begins with
  at("speed").addEventListener("change", event => { sound.defaultPlaybackRate = sound.playbackRate = Number(event.target.value); });
  boxes.forEach(one => one.addEventListener("change", choose));
  at("zoom").addEventListener("change", event => { zoom = Number(event.target.value); draw(); });
  box.querySelectorAll("canvas").forEach(one => one.addEventListener("pointerdown", event => {
    const { first, span } = frame();
    go(first + span * event.offsetX / one.clientWidth);
  }));
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
    } else if (/^[1-9]$/.test(event.key) && boxes[event.key - 1] && !event.target.closest("select")) {
      boxes[event.key - 1].checked = !boxes[event.key - 1].checked;
      choose();
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
      const [loud, map] = await Promise.all([fetched(boxes.length ? say.speakers : say.peaks), fetched(say.map)]);
      lanes = boxes.length
        ? loud.speakers.map(one => ({ ...one, box: boxes.find(other => other.dataset.speaker === one.key) }))
          .filter(one => one.box)
          .map(one => ({ canvas: one.box.closest(".speaker").querySelector("canvas"), box: one.box, side: one.side,
            step: loud.step_ms, from: one.from_ms, points: bytes(one.peaks) }))
        // of an original alone there is one side
        : ["citizen", "other"].filter(name => loud[name]).map(name => ({ canvas: wave, side: name, step: loud.step_ms, from: 0, points: bytes(loud[name]) }));
      stretches = map.stretches;
      const sums = Object.fromEntries(KINDS.map(kind => [kind, 0]));
      for (const one of stretches) sums[one.kind] += one.to_ms - one.from_ms;
      for (const kind of KINDS) {
        if (at("share-" + kind)) at("share-" + kind).textContent = map.duration_ms ? say.share.replace("{value}", Math.round(100 * sums[kind] / map.duration_ms)) : "–";
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
