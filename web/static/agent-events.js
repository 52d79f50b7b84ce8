"use strict";
/* Which live events concern the page of an agent, and how often its pieces load for them: at once, then five times a second at most, however
   many come, and less often when answers take long, down to once a second: two hundred of these pages may stand open, and a service that is
   busy is asked less. What all of them show they ask for at moments by lot, so that whose phone rings comes first. The ring goes past all
   this. Refuses to load for a line or a hunt that nothing here shows. */
window.HL = window.HL || {};
HL.events = (() => {
  const LEAST = 200, MOST = 1000, TIMES = 6, SPREAD = 150; // ms between two, and so many times what the last answer took; ms
  const by = (id) => document.getElementById(id), happened = (what) => htmx.trigger(document.body, `hl-${what}`);
  const last = {}, planned = {}, takes = new Map(), begun = new WeakMap();
  let every = LEAST;
  document.body.addEventListener("htmx:beforeSend", (event) => begun.set(event.detail.xhr, performance.now()));
  document.body.addEventListener("htmx:afterRequest", (event) => {
    const at = begun.get(event.detail.xhr);
    if (at && event.detail.requestConfig?.verb === "get") every = Math.min(MOST, Math.max(LEAST, TIMES * (performance.now() - at)));
  });

  function gently(what) {
    if (planned[what]) return;
    const lot = what === "lines" ? 0 : Math.random() * SPREAD;
    const left = Math.max(lot, (last[what] ?? -MOST) + every - performance.now());
    const now = () => { planned[what] = 0; last[what] = performance.now(); happened(what); };
    if (left > 0) planned[what] = setTimeout(now, left); else now();
  }
  /* the own line, and where one sits at none, which are free; who waits is told how many are ready, and that by this how long it takes */
  function line(told) {
    if (told.what !== "line") { takes.clear(); gently("lines"); gently("queue"); return; }
    const { line, person } = by("state").dataset, shown = by("line");
    const free = shown && Array.from(shown.options).some((one) => one.value === told.line) === !!told.person;
    if (told.line === line || (person && told.person === person) || free || (!line && person && !shown && !told.person)) gently("lines");
    const state = [told.state === "ready", told.person && told.reachable && !told.reason].join();
    if (takes.get(told.line) === state) return;
    takes.set(told.line, state);
    gently("queue");
  }
  function heard(topic, told) {
    if (topic === "lines") line(told);
    else if (topic === "figures" && told.entered && !told.ended && !told.made) return; // who has just come is in no list
    else if (topic !== "cascades") gently(topic);
    else if (told.call === undefined || told.call === by("transfer").dataset.call) happened(topic);
  }
  return { heard, anew: () => takes.clear() };
})();
