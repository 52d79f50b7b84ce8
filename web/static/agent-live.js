"use strict";
/* What happens reaches the page of an agent: the stream of events makes its pieces load anew, and when the stream is away they load
   every two seconds; clocks, keys, and the form of a call that rings. Refuses to take away what somebody is typing into. */
(() => {
  const TOPICS = ["lines", "queue", "call", "cascades", "figures"];
  const POLL = 2000, ANEW = 3000;
  const page = document.getElementById("agent"), title = document.title;
  const by = (id) => document.getElementById(id);
  let stream = null, polling = 0, position = page.dataset.position;
  Idiomorph.defaults.ignoreActiveValue = true;
  // a button that has just come works at once, for who is quick with the keys; and none ever leaves the page
  htmx.config.defaultSettleDelay = 0;
  by("agent").addEventListener("submit", (event) => event.preventDefault());

  const happened = (what) => htmx.trigger(document.body, `hl-${what}`);

  // ---- the stream
  function listen() {
    stream = new EventSource(`/desk/events?since=${encodeURIComponent(position)}`);
    for (const topic of TOPICS) stream.addEventListener(topic, (event) => heard(topic, event));
    stream.addEventListener("refresh", (event) => { position = event.lastEventId || position; happened("all"); });
    stream.addEventListener("end", (event) => {
      if (JSON.parse(event.data).why !== "signed-out") return;
      stream.close();
      by("out").hidden = false;
      away();
    });
    stream.addEventListener("open", () => {
      if (polling) { clearInterval(polling); polling = 0; happened("all"); HL.draft.flush(); }
      by("stream").hidden = true;
    });
    stream.addEventListener("error", () => {
      away();
      if (stream.readyState === EventSource.CLOSED) setTimeout(listen, ANEW);
    });
  }
  function away() {
    by("stream").hidden = false;
    polling ||= setInterval(() => happened("all"), POLL);
  }
  function heard(topic, event) {
    position = event.lastEventId || position;
    const told = JSON.parse(event.data);
    if (topic === "call" && told.what === "ring") ring(told); else happened(topic);
    if (topic === "call" && told.what !== "ring") later ||= rings > 0;
    if (topic === "call" && told.what === "known") known(told);
  }

  // ---- the form and the transfer of a call
  let showing = "", before = by("call").dataset.call;
  // what is asked when it rings may come after what is asked when it is picked up: then it is asked once more
  let rings = 0, later = false;
  function show(call) {
    if (showing === call || by("form").dataset.draft === call) return;
    showing = call;
    HL.draft.flush(); // what is not kept by then lies in this browser, and is sent later
    const of = encodeURIComponent(call);
    htmx.ajax("GET", `/desk/agent/form?call=${of}`, { target: "#form", swap: "outerHTML" }).finally(() => { showing = ""; });
    htmx.ajax("GET", `/desk/agent/transfer?call=${of}`, { target: "#transfer", swap: "morph:outerHTML" });
  }
  /* it rang before the log knew who calls */
  function known(told) {
    if (by("form").dataset.draft !== told.call) return;
    for (const [id, text] of [["f-phone", told.number], ["f-category", told.category]]) {
      const one = by(id);
      if (one && text && !one.value) one.value = text;
    }
  }
  /* who calls, the form and the transfer in one answer; the number, which is known already, at once */
  function ring(told) {
    if (told.number) by("call-title").textContent = told.number;
    document.title = `☎ ${page.dataset.ringing} ${told.number} · ${title}`;
    before = showing = told.call;
    rings += 1;
    HL.draft.flush();
    htmx.ajax("GET", `/desk/agent/call?ring=${encodeURIComponent(told.call)}`, { target: "#call", swap: "morph:outerHTML" })
      .finally(() => {
        showing = "";
        rings -= 1;
        if (!rings && later) { later = false; happened("call"); }
      });
  }
  function looked() {
    const call = by("call").dataset, ringing = call.call && !call.answered;
    document.title = ringing ? `☎ ${page.dataset.ringing} ${call.number} · ${title}` : title;
    if (call.call && call.call !== before) show(call.call);
    before = call.call;
  }

  // ---- clocks
  function tick() {
    for (const one of document.querySelectorAll("[data-since]")) {
      const at = Date.parse(one.dataset.since);
      if (Number.isNaN(at)) continue;
      const s = Math.max(0, Math.floor((Date.now() - at) / 1000)), two = (n) => String(n).padStart(2, "0");
      const h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60;
      one.textContent = h ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
    }
  }

  // ---- pieces
  const held = new Set();
  const typing = (piece) => piece.contains(document.activeElement) && document.activeElement.matches("input, select, textarea");
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    const piece = event.detail.elt;
    if (!piece.matches("section[hx-trigger]") || !typing(piece)) return;
    event.preventDefault();
    held.add(piece.id);
  });
  document.body.addEventListener("focusout", () => setTimeout(() => {
    for (const id of held) {
      if (typing(by(id))) continue;
      held.delete(id);
      htmx.ajax("GET", by(id).getAttribute("hx-get"), { target: `#${id}`, swap: "morph:outerHTML" });
    }
  }, 0));
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const text = event.detail.xhr.responseText, whole = /^\s*<!doctype/i.test(text);
    if (event.detail.xhr.responseURL.includes("/desk/sign-in")) by("out").hidden = false;
    event.detail.shouldSwap = !whole && text !== "";
    event.detail.isError = false;
    if (whole && event.detail.xhr.status >= 400) {
      const made = new DOMParser().parseFromString(text, "text/html").querySelector("[role=alert]");
      oops(made ? made.textContent : page.dataset.refused);
    }
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.body.addEventListener(name, (event) => { if (event.detail.requestConfig?.verb !== "get") oops(page.dataset.unsaved); });
  }
  function oops(text) { by("oops").textContent = text; by("oops").hidden = false; }
  document.body.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) by("oops").hidden = true; });
  document.body.addEventListener("htmx:afterSettle", () => {
    tick();
    looked();
    HL.draft.open(by("form"));
    const after = by("after"); // the ticket is made: the keys go on from there
    if (after && !after.dataset.shown) { after.dataset.shown = "1"; after.focus(); }
  });
  // a ticket is made of what is kept, and the note of a transfer is what stands in the form
  document.body.addEventListener("htmx:confirm", (event) => {
    const of = event.detail.elt;
    if (of.id !== "ticket" && of.id !== "drop") return;
    if (HL.draft.clean()) return;
    event.preventDefault();
    HL.draft.flush().then((kept) => { if (kept || by("saved").textContent === page.dataset.gone) event.detail.issueRequest(); else oops(page.dataset.unsaved); });
  });
  document.body.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt.classList.contains("agent-transfer")) event.detail.parameters.set("note", by("f-content")?.value || "");
  });
  document.addEventListener("click", (event) => {
    const asked = event.target.closest("[data-open]");
    if (!asked) return;
    HL.draft.flush();
    htmx.ajax("GET", `/desk/agent/form?call=${encodeURIComponent(asked.dataset.open)}`, { target: "#form", swap: "outerHTML" })
      .then(() => by("f-content")?.focus());
    htmx.ajax("GET", `/desk/agent/transfer?call=${encodeURIComponent(asked.dataset.open)}`, { target: "#transfer", swap: "morph:outerHTML" });
  });

  // ---- keys
  const KEYS = {
    F2: ["f-content"],
    F4: ["faq-words"],
    F8: ["connect", "take-back", "to"],
    F9: ["state-go", "state-pause", "line"],
  };
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.metaKey) return;
    if (event.ctrlKey && event.key === "Enter" && event.target.closest("#ticket")) { event.preventDefault(); by("make-forward").click(); return; }
    const wanted = !event.ctrlKey && !event.shiftKey && KEYS[event.key];
    const place = wanted && wanted.map(by).find(Boolean);
    if (place) { event.preventDefault(); place.focus(); }
  });

  setInterval(tick, 1000);
  tick();
  looked();
  HL.draft.open(by("form"));
  listen();
})();
