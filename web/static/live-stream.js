"use strict";
/* One stream of events, of a page alone or of the worker that all pages of a session share: opened anew when it ends or says nothing for
   too long. Refuses to take an open connection for a living one. */
self.HL = self.HL || {};
(() => {
  // ms: until a stream that was refused is asked for again; the service marks a living stream every 15 s
  const ANEW = 3000, SILENT = 35000, LOOK = 5000;

  /* `heard(topic, event)` for each event and for `refresh`, `marked(position)` for what says only how far all was told; `back()` when it is
     there (again), `away(why)` when it is not (`many`: this session has too many), `out()` when the session has ended, which ends the
     stream. Gives what lets it rest, wakes it where it stopped, and begins anew in another session or at another place */
  HL.open = ({ path, position, topics, heard, marked = () => {}, back, away, out }) => {
    let stream = null, last = 0, over = false, planned = 0, resting = false;
    const sign = () => { last = performance.now(); };
    function listen() {
      clearTimeout(planned);
      planned = 0;
      sign();
      const own = (stream = new EventSource(`${path}since=${encodeURIComponent(position)}`));
      const mine = (event) => { if (own !== stream) return false; sign(); position = event.lastEventId || position; return true; };
      own.addEventListener("mark", (event) => { if (mine(event)) marked(position); });
      for (const topic of [...topics, "refresh"]) own.addEventListener(topic, (event) => { if (mine(event)) heard(topic, event); });
      own.addEventListener("end", (event) => {
        if (own !== stream || JSON.parse(event.data).why !== "signed-out") return;
        over = true;
        own.close();
        out();
      });
      own.addEventListener("open", () => { sign(); back(); });
      own.addEventListener("error", () => {
        if (own !== stream || over || resting) return;
        away("");
        if (own.readyState !== EventSource.CLOSED) return;
        planned ||= setTimeout(listen, ANEW);
        refused(own);
      });
    }
    // a stream that is refused does not say why: it is asked
    async function refused(own) {
      const answer = await fetch(`${path}since=`, { method: "HEAD", headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(ANEW) }).catch(() => null);
      if (own !== stream || over || resting) return;
      if (answer?.status === 409) away("many");
      if (answer?.status !== 401) return;
      over = true;
      clearTimeout(planned);
      stream.close();
      out();
    }
    setInterval(() => {
      if (over || resting || planned || performance.now() - last < SILENT) return;
      stream.close();
      away("");
      listen();
    }, LOOK);
    listen();
    return {
      rest() { resting = true; clearTimeout(planned); planned = 0; stream.close(); },
      wake() { if (resting && !over) { resting = false; listen(); } },
      anew(from) { position = from; over = resting = false; stream.close(); listen(); },
    };
  };
})();
