"use strict";
/* What happens reaches the pages of supervision: the stream of events makes what is shown load anew, at once, but not more often than
   every two seconds, and until it has loaded two seconds after the last event; every five seconds when the stream is away, and every
   minute in any case. Refuses to put a whole page where a piece of one belongs. */
(() => {
  const by = (id) => document.getElementById(id);
  const notice = by("stream");
  const TOPICS = notice.dataset.topics?.split(",") || ["lines", "queue", "cascades", "figures", "tickets"];
  // CALM: what is loaded may have been counted so long before
  const CALM = 2000, POLL = 5000, ALWAYS = 60000;
  let polling = 0, planned = 0, told = -CALM, loaded = -CALM;
  const plan = () => { planned ||= setTimeout(load, Math.max(0, loaded + CALM - performance.now())); };
  const soon = () => { told = performance.now(); plan(); };
  function load() {
    planned = 0;
    loaded = performance.now();
    htmx.trigger(document.body, "hl-now");
    if (loaded - told < CALM) plan();
  }
  function out() { clearInterval(polling); by("out").hidden = false; }
  function back() { clearInterval(polling); polling = 0; notice.hidden = true; soon(); }
  function away() { notice.hidden = false; polling ||= setInterval(load, POLL); }
  // a page instead of a piece is a fault, or the door: what is shown stays
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (/^\s*<!doctype/i.test(event.detail.xhr.responseText)) event.detail.shouldSwap = false;
    if (event.detail.xhr.status === 401) out();
  });
  document.body.addEventListener("htmx:afterSettle", HL.tick);
  setInterval(load, ALWAYS);
  HL.stream({
    path: `/desk/events?topics=${TOPICS.join()}&`, position: notice.dataset.position, topics: TOPICS, heard: soon, back, away, out,
  });
})();
