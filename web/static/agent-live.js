"use strict";
/* What happens reaches the page of an agent: the stream of events makes its pieces load anew, and when the stream is away they load
   every two seconds; and the form of a call that rings. Refuses to take away what somebody is typing into or has chosen. */
(() => {
  const TOPICS = ["lines", "queue", "call", "cascades", "figures"];
  const POLL = 2000, ANEW = 3000, PATIENCE = 8000;
  const page = document.getElementById("agent"), title = document.title;
  const by = (id) => document.getElementById(id);
  Idiomorph.defaults.ignoreActiveValue = true;
  // a button that has just come works at once, for who is quick with the keys; and none ever leaves the page
  htmx.config.defaultSettleDelay = 0;
  by("agent").addEventListener("submit", (event) => event.preventDefault());

  const happened = (what) => htmx.trigger(document.body, `hl-${what}`);

  // ---- the stream
  let polling = 0;
  function away() {
    by("stream").hidden = false;
    polling ||= setInterval(() => happened("all"), POLL);
  }
  function back() {
    HL.events.anew();
    if (polling) { clearInterval(polling); polling = 0; happened("all"); HL.draft.flush(); }
    by("stream").hidden = true;
  }
  function heard(topic, event) {
    if (topic === "refresh") { HL.events.anew(); happened("all"); return; }
    const told = JSON.parse(event.data);
    if (topic !== "call") { HL.events.heard(topic, told); return; }
    if (told.what === "ring") { ring(told); return; }
    happened("call");
    later ||= rings > 0;
    if (told.what === "known") known(told);
  }

  // ---- pieces that are asked for here, each by an element of its own: htmx lets go what waits behind another one of the same
  const doors = {}, asked = {}, lines = {};
  for (const name of ["call", "form", "transfer"]) {
    doors[name] = document.createElement("span");
    doors[name].hidden = true;
    doors[name].setAttribute("hx-request", JSON.stringify({ timeout: PATIENCE }));
    page.append(doors[name]);
  }
  /* one after the other, and of those that wait the last */
  function load(name, path) {
    asked[name] = path;
    const swap = name === "form" ? "outerHTML" : "morph:outerHTML";
    lines[name] = (lines[name] || Promise.resolve())
      .then(() => asked[name] === path && htmx.ajax("GET", path, { source: doors[name], target: `#${name}`, swap }))
      .catch(() => {}); // nobody answered: who wanted it looks whether it is there
    return lines[name];
  }
  const about = (piece, call) => `/desk/agent/${piece}?call=${encodeURIComponent(call)}`;

  // ---- the form and the transfer of a call
  // `before`: the call whose form was shown once; whoever opens another one then keeps it
  let showing = null, before = by("call").dataset.call, of = by("form").dataset.draft;
  // what is asked when it rings may come after what is asked when it is picked up: then it is asked once more
  let rings = 0, later = false, knew = null;
  const shows = (call) => by("form").dataset.draft === call;
  function put(call) {
    showing = of = call;
    leave(call);
    HL.draft.flush(); // what is not kept by then lies in this browser, and is sent later
    return load("form", about("form", call)).finally(() => opened(call)); // and then its transfer: never beside another one's form
  }
  function opened(call) {
    if (showing !== call) return;
    showing = null;
    if (shows(hand)) hand = null;
    level();
    known(knew);
    if (by("call").dataset.call !== call) return;
    if (shows(call)) before = call; else setTimeout(looked, ANEW);
  }
  /* the transfer is that of the form, whichever came last */
  function level() {
    of = by("form").dataset.draft;
    const beside = about("transfer", of);
    if (by("transfer").getAttribute("hx-get") !== beside) load("transfer", beside); else agree();
  }
  function show(call) {
    if (showing === call) return;
    if (shows(call)) before = call; else if (HL.turn.typing()) wait(call); else put(call);
  }
  /* somebody types into another form: it comes when that is done. `seen`: whose form was here before; `hand`: the one that was asked for by
     hand, which is no call at all. The number is that of the call that waits: the one at the line may still stand on the page */
  const seen = new Set();
  let hand = null, rang = {};
  function wait(call) {
    if (showing === call) showing = null;
    of = by("form").dataset.draft;
    const { offer, offerAgain, offerHand, withheld } = page.dataset, at = by("call").dataset;
    const number = (at.call === call && at.number) || (rang.call === call && (rang.said || rang.number)) || withheld;
    HL.turn.wait(call, call === hand ? offerHand : (seen.has(call) ? offerAgain : offer).replace("{number}", number));
  }
  HL.turn.still((call) => (call === hand ? put(call) : show(call)));
  /* a form comes in place of another one: letters must not go on into a field of the same name */
  let heading = false;
  function lift() {
    const field = document.activeElement;
    if (!field.closest("#form")) return;
    heading = true;
    field.blur();
  }
  /* whom a call is put through to goes by what its form shows, kept or not; once for each thing that it shows */
  let agreed = "", changed = 0;
  function agree() {
    const { call, category, area, answers } = by("transfer").dataset;
    if (!by("ticket") || !shows(call)) return;
    const now = [call, by("f-category").value, by("f-area").value].join(" ");
    if (now === [call, category, area].join(" ")) { by("f-agency").options[0].textContent = answers; agreed = ""; return; }
    if (now === agreed) return;
    agreed = now;
    if (typing(by("transfer"))) held.add("transfer"); else load("transfer", about("transfer", call));
  }
  page.addEventListener("hl-taken", agree);
  page.addEventListener("change", (event) => {
    if (!event.target.matches("#f-category, #f-area")) return;
    clearTimeout(changed);
    changed = setTimeout(() => { agreed = ""; agree(); HL.draft.flush(); }, 50);
  });
  /* what was chosen for one call is nothing for the next */
  function leave(call) {
    if (!shows(call) && by("transfer").contains(document.activeElement)) document.activeElement.blur();
  }
  /* it rang before the log knew who calls; that may be told before the form is there */
  function known(told) {
    knew = told;
    if (!told || !shows(told.call)) return;
    knew = null;
    for (const [id, text] of [["f-phone", told.said], ["f-category", told.category]]) {
      const one = by(id);
      if (one && text && !text.includes("*") && !one.value) one.value = text; // a masked number is nobody's
    }
    agree();
  }
  /* who calls, the form and the transfer in one answer; the number, which is known already, at once. A form of this call that is
     written into stays: it rings again when she was taken back, or was not picked up before */
  function ring(told) {
    if (told.said) by("call-title").textContent = told.said;
    document.title = `☎ ${page.dataset.ringing} ${told.said || ""} · ${title}`;
    rings += 1;
    rang = told;
    hand = null;
    let answer;
    if (!shows(told.call) && HL.turn.typing()) {
      wait(told.call);
      answer = load("call", "/desk/agent/call");
    } else {
      HL.turn.drop();
      leave(told.call);
      of = told.call;
      answer = rung(told);
    }
    answer.finally(() => {
      opened(told.call);
      if (showing === null) level();
      rings -= 1;
      if (!rings && later) { later = false; happened("call"); }
    });
  }
  function rung(told) {
    if (shows(told.call) && !by("form").dataset.done) {
      before = told.call;
      load("transfer", about("transfer", told.call));
      return load("call", "/desk/agent/call");
    }
    showing = told.call;
    HL.draft.flush();
    return load("call", `/desk/agent/call?ring=${encodeURIComponent(told.call)}`);
  }
  function looked() {
    const call = by("call").dataset, ringing = call.call && !call.answered;
    document.title = ringing ? `☎ ${page.dataset.ringing} ${call.number} · ${title}` : title;
    if (!rings && ![call.call, hand].includes(HL.turn.waits())) HL.turn.drop();
    if (!call.call) before = "";
    else if (call.call !== before) show(call.call);
  }

  // ---- pieces
  // what was chosen or typed in a piece stays though it loads anew, until its own form is answered
  const chosen = new WeakMap();
  const call_of = (field) => field.form?.elements.call?.value || "";
  page.addEventListener("input", (event) => {
    const field = event.target;
    if (field.closest("#state, #transfer")) chosen.set(field, { value: field.value, call: call_of(field) });
  });
  Idiomorph.defaults.callbacks.afterNodeMorphed = (field) => {
    const had = chosen.get(field);
    if (!had) { if (field.id === "to") field.selectedIndex = 0; return; } // the most likely one
    if (had.call !== call_of(field)) chosen.delete(field); else if (field.value !== had.value) field.value = had.value;
  };
  const held = new Set();
  let listed = false;
  const typing = (piece) => piece.contains(document.activeElement) && document.activeElement.matches("input, select, textarea");
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    const piece = event.detail.elt;
    if (!piece.matches("section[hx-trigger]") || !typing(piece)) return;
    event.preventDefault();
    held.add(piece.id);
  });
  document.body.addEventListener("focusout", () => setTimeout(() => {
    for (const id of held) {
      const piece = by(id);
      if (piece.contains(document.activeElement)) continue; // from a field to the button beside it
      held.delete(id);
      htmx.ajax("GET", piece.getAttribute("hx-get"), { source: piece, target: `#${id}`, swap: "morph:outerHTML" }).catch(() => {});
    }
  }, 0));
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, target, pathInfo, requestConfig } = event.detail, { elt } = requestConfig, text = xhr.responseText, whole = /^\s*<!doctype/i.test(text);
    if (xhr.status === 401) by("out").hidden = false;
    const asked = new URL(pathInfo.requestPath, location.href).searchParams;
    event.detail.shouldSwap = !whole && text !== "";
    event.detail.isError = false;
    for (const field of elt.matches("form") ? elt.elements : []) if (xhr.status < 400 || field.type === "password") chosen.delete(field);
    // it was asked for before another call was opened
    const call = asked.get("call") ?? requestConfig.parameters.call;
    if (target.id === "transfer" && call !== undefined && call !== of) {
      event.detail.shouldSwap = false;
      if (showing === null) level(); // what was asked for since may have been lost
    }
    // a form that was not sent from the form itself
    const brings = target.id === "form" && requestConfig.verb === "get" ? call : text.includes('id="form"') ? asked.get("ring") : null;
    if (event.detail.shouldSwap && brings !== null && !shows(brings)) {
      if (!HL.turn.typing()) lift();
      else { wait(brings); if (target.id === "form") event.detail.shouldSwap = false; }
    }
    const parsed = () => new DOMParser().parseFromString(text, "text/html"), alerts = "[role=alert]";
    if (target.id === "transfer" && event.detail.shouldSwap && HL.order.late(parsed())) {
      event.detail.shouldSwap = false;
      const told = parsed().querySelector(alerts); // why nothing was done is no older for it
      if (told) { target.querySelector(alerts)?.remove(); by("transfer-title").after(told); }
    }
    if (target.id === "transfer" && event.detail.shouldSwap && elt.matches("form") && document.activeElement.id === "to" && !chosen.has(document.activeElement)) {
      document.activeElement.blur(); // its list would stay the old one
      listed = true;
    }
    if (whole && xhr.status >= 400) {
      const told = parsed().querySelector(alerts);
      oops(told ? told.textContent : page.dataset.refused);
    }
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.body.addEventListener(name, (event) => { if (event.detail.requestConfig?.verb !== "get") oops(page.dataset.unsaved); });
  }
  document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail, waits = HL.turn.waits() !== null; // form and transfer of the call that waits
    if (waits || (target.id === "transfer" && HL.order.late(fragment))) event.detail.shouldSwap = false;
  });
  for (const name of ["htmx:afterRequest", "htmx:validation:halted"]) {
    document.body.addEventListener(name, (event) => { if (["ticket", "drop"].includes(event.detail.elt.id)) HL.turn.ended(); });
  }
  function oops(text) { by("oops").textContent = text; by("oops").hidden = false; }
  document.body.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) by("oops").hidden = true; });
  document.body.addEventListener("htmx:afterSettle", () => {
    HL.tick();
    HL.draft.open(by("form"));
    seen.add(by("form").dataset.draft);
    looked();
    agree();
    if (heading) { heading = false; by("form-title").focus({ preventScroll: true }); }
    if (listed) { listed = false; by("to")?.focus(); }
    const after = by("after"); // the ticket is made: the keys go on from there
    if (after && !after.dataset.shown) { after.dataset.shown = "1"; after.focus(); }
  });
  // a ticket is made of what is kept, and the note of a transfer is what stands in the form
  document.body.addEventListener("htmx:confirm", (event) => {
    const { id } = event.detail.elt;
    if (id !== "ticket" && id !== "drop") return;
    HL.turn.began();
    if (HL.draft.clean()) return;
    event.preventDefault();
    HL.draft.flush().then((kept) => { if (kept || by("saved").textContent === page.dataset.gone) event.detail.issueRequest(); else { HL.turn.ended(); oops(HL.draft.refused() || page.dataset.unsaved); } });
  });
  document.body.addEventListener("htmx:configRequest", (event) => {
    const { elt, path, parameters } = event.detail;
    if (path.startsWith("/desk/agent/transfer?") && by("ticket") && path === about("transfer", by("form").dataset.draft)) {
      for (const name of ["category", "area"]) parameters.set(name, by(`f-${name}`).value);
    }
    if (!elt.classList.contains("agent-transfer")) return;
    if (!shows(by("transfer").dataset.call)) { event.preventDefault(); level(); return; } // what another form says is nothing for it
    parameters.set("note", by("f-content")?.value || "");
    parameters.set("by_hand", chosen.has(by("to")) ? "1" : "0");
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-open]");
    if (!button) return;
    before = by("call").dataset.call;
    hand = button.dataset.open;
    HL.turn.over(); // who presses a button types no more
    HL.turn.drop();
    put(button.dataset.open).then(() => { if (shows(button.dataset.open)) by("f-content")?.focus(); });
  });

  seen.add(of);
  looked();
  HL.draft.open(by("form"));
  HL.stream({
    path: "/desk/events?", position: page.dataset.position, topics: TOPICS, rings: true, heard, back, away,
    out: () => { clearInterval(polling); by("out").hidden = false; },
  });
})();
