"use strict";
/* What pages that live share: the stream of events, which is opened anew when it ends or says nothing for too long, and clocks by the
   server's time. Refuses to take an open connection for a living one, and the clock of this computer for the right one. */
window.HL = window.HL || {};
(() => {
  // ms: until a stream that was refused is asked for again; the service marks a living stream every 15 s
  const ANEW = 3000, SILENT = 35000, LOOK = 5000;

  /* `heard(topic, event)` for each event and for `refresh`; `back()` when it is there (again), `away()` when it is not, `out()` when
     the session has ended, which ends the stream. Gives what lets it rest, wakes it where it stopped, and begins anew in another session */
  HL.stream = ({ path, position, topics, heard, back, away, out }) => {
    let stream = null, last = 0, over = false, planned = 0, resting = false;
    const sign = () => { last = performance.now(); };
    function listen() {
      clearTimeout(planned);
      planned = 0;
      sign();
      const own = (stream = new EventSource(`${path}since=${encodeURIComponent(position)}`));
      own.addEventListener("mark", (event) => { sign(); position = event.lastEventId || position; });
      for (const topic of [...topics, "refresh"]) {
        own.addEventListener(topic, (event) => { sign(); position = event.lastEventId || position; heard(topic, event); });
      }
      own.addEventListener("end", (event) => {
        if (JSON.parse(event.data).why !== "signed-out") return;
        over = true;
        own.close();
        out();
      });
      own.addEventListener("open", () => { sign(); back(); });
      own.addEventListener("error", () => {
        if (own !== stream || over || resting) return;
        away();
        if (own.readyState !== EventSource.CLOSED) return;
        planned ||= setTimeout(listen, ANEW);
        ended(own);
      });
    }
    // a stream that is refused does not say why: a session that ended while nobody listened is asked for
    async function ended(own) {
      const answer = await fetch(`${path}since=`, { method: "HEAD", headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(ANEW) }).catch(() => null);
      if (own !== stream || over || resting || answer?.status !== 401) return;
      over = true;
      clearTimeout(planned);
      stream.close();
      out();
    }
    setInterval(() => {
      if (over || resting || planned || performance.now() - last < SILENT) return;
      stream.close();
      away();
      listen();
    }, LOOK);
    listen();
    return {
      rest() { resting = true; clearTimeout(planned); planned = 0; stream.close(); },
      wake() { if (resting && !over) { resting = false; listen(); } },
      anew(from) { position = from; over = resting = false; stream.close(); listen(); },
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
