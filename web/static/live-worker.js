"use strict";
/* The one stream of all pages of a session, each tab of them: a browser opens six connections to a place over HTTP/1.1, and pages that
   listened each for itself would leave none for the seventh. What was told is remembered for a while, so that a page that comes later has
   what it missed since it was made. Refuses to tell a page what it knows, and to guess: where it cannot tell, it says `refresh`.

   A page sends `{topics, position}` when it begins to listen, and `null` when it ends; it is sent `{topic, data, id}`, `{state}` whenever
   that changes (`back`, `away`, `many`, `out`), and `{}` as a sign that this lives. */
importScripts("live-stream.js");
(() => {
  const TOPICS = ["lines", "queue", "call", "cascades", "tickets", "alarms", "figures"];
  const KEEP = 1000, SIGN = 5000; // events; ms
  const pages = new Map(); // port → {topics, position}
  let stream = null, state = "away", told = [], from = "", at = "";

  const number = (id) => Number(id.slice(id.lastIndexOf("-") + 1)), epoch = (id) => id.slice(0, id.lastIndexOf("-"));
  const knows = (page, id) => epoch(page.position) === epoch(id) && number(page.position) >= number(id);
  const every = (what) => { for (const port of pages.keys()) port.postMessage(what); };
  const is = (now) => { state = now; every({ state }); };

  function heard(topic, event) {
    const one = { topic, data: event.data, id: event.lastEventId };
    at = one.id || at;
    if (topic === "refresh") { told = []; from = at; } else told.push(one);
    if (told.length > KEEP) from = told.shift().id;
    for (const [port, page] of pages) tell(port, page, one);
  }
  function tell(port, page, one) {
    if (one.topic !== "refresh" && (!page.topics.includes(one.topic) || knows(page, one.id))) return;
    port.postMessage(one);
  }
  /* everything after the position at which the page was made: known here, or asked anew */
  function join(port, page) {
    const begins = !pages.size || state === "out";
    pages.set(port, page);
    if (!stream) {
      from = at = page.position;
      stream = HL.open({
        path: "/desk/events?", position: at, topics: TOPICS, heard, marked: (id) => { at = id; },
        back: () => is("back"), away: (why) => is(why || "away"), out: () => is("out"),
      });
    } else if (begins) { // nobody listened for a while, or another session began
      told = [];
      from = at = page.position;
      state = "away";
      stream.anew(at);
    } else {
      port.postMessage({ state });
      if (epoch(page.position) !== epoch(from) || number(page.position) < number(from)) port.postMessage({ topic: "refresh", data: "{}", id: at });
      else for (const one of told) tell(port, page, one);
    }
  }
  function leave(port) {
    if (pages.delete(port) && !pages.size) stream.rest();
  }
  self.addEventListener("connect", ({ ports: [port] }) => {
    port.addEventListener("message", ({ data }) => (data ? join(port, data) : leave(port)));
    port.start();
  });
  setInterval(() => every({}), SIGN);
})();
