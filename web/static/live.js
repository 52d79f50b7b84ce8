"use strict";
/* What pages that live share: the stream of events, one for all pages of a session where the browser has shared workers, else one for
   each, and clocks by the server's time. Refuses to wait for a worker that says nothing, and to take the clock of this computer for the right one. */
window.HL = window.HL || {};
(() => {
  // ms: the worker gives a sign every 5 s
  const DEAD = 20000, LOOK = 5000, HIDDEN = 5000;
  const worker = document.currentScript.src.replace(/live\.js$/, "live-worker.js");
  // of a session, so that nothing that one may see reaches who signs in after it
  const session = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRF-Token"] || "";
  /* why nothing comes, where the page has a place for it */
  function why(text) {
    const place = document.getElementById("stream-many");
    if (place) place.hidden = text !== "many";
  }

  /* as HL.open, which does it where no worker can: there a page that nobody sees rests after a while, but for one that rings (`rings`) */
  HL.stream = (wanted) => {
    const how = { ...wanted, away(text) { why(text); wanted.away(); }, back() { why(""); wanted.back(); }, out() { why(""); wanted.out(); } };
    let position = how.position, port = null, alone = null, last = 0, met = false, resting = false, over = false;
    function listen() {
      last = performance.now();
      try {
        const shared = new SharedWorker(worker, session());
        shared.addEventListener("error", () => { if (port === shared.port) by_itself(); });
        port = shared.port;
      } catch { by_itself(); return; }
      const own = port;
      own.addEventListener("message", ({ data }) => { if (own === port) told(data); });
      own.start();
      own.postMessage({ topics: how.topics, position });
    }
    function told({ topic, data, id, state }) {
      last = performance.now();
      met = true;
      if (topic) { position = id || position; how.heard(topic, { data }); }
      if (state === "out") { over = true; how.out(); }
      else if (state === "back") how.back();
      else if (state) how.away(state);
    }
    function by_itself() {
      leave();
      alone = HL.open({ ...how, position });
      if (resting) alone.rest();
      if (wanted.rings) return;
      document.addEventListener("visibilitychange", seen);
      seen();
    }
    let hiding = 0;
    function seen() {
      clearTimeout(hiding);
      if (document.hidden) hiding = setTimeout(alone.rest, HIDDEN); else if (!resting) alone.wake();
    }
    function leave() {
      port?.postMessage(null);
      port?.close();
      port = null;
    }
    setInterval(() => {
      if (alone || over || resting || performance.now() - last < DEAD) return;
      leave();
      how.away("");
      if (met) { met = false; listen(); } else by_itself();
    }, LOOK);
    addEventListener("pagehide", leave);
    addEventListener("pageshow", (event) => { if (event.persisted && !alone && !over && !resting) listen(); });
    listen();
    return {
      rest() { resting = true; if (alone) alone.rest(); else leave(); },
      wake() { if (!resting || over) return; resting = false; if (alone) alone.wake(); else listen(); },
      anew(from) {
        position = from;
        over = resting = false;
        if (alone) alone.anew(from); else { leave(); listen(); }
      },
    };
  };

  /* the server's time in ms: what it was when the page was made, and what has passed since */
  const made = Date.parse(document.querySelector("[data-now]")?.dataset.now || "");
  const came = performance.getEntriesByType("navigation")[0]?.responseStart || 0;
  const now = () => (Number.isNaN(made) ? Date.now() : made + performance.now() - came);
  function tick() {
    for (const one of document.querySelectorAll("[data-since]")) {
      const at = Date.parse(one.dataset.since);
      if (Number.isNaN(at)) continue;
      const s = Math.max(0, Math.floor((now() - at) / 1000)), two = (n) => String(n).padStart(2, "0");
      const h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60;
      one.textContent = h ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
    }
  }
  HL.tick = tick;
  setInterval(tick, 1000);
  tick();
})();
