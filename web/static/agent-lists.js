"use strict";
/* The lists of an agent keep still under a hand: while the pointer or the focus is among their rows, rows that come, go or move wait, and
   a button says that there are some. A pointer that was parked there is no hand: it must have moved lately, or press. Refuses nothing that
   somebody asked for: an own button's answer is shown at once. */
(() => {
  const LATELY = 8000; // ms
  const by = (id) => document.getElementById(id), rows = () => by("lists-rows");
  let over = false, pressed = false, moved = -LATELY, keys = true, waits = false, timer = 0;
  // where the pointer is, not what it came into: rows that were replaced tell of nothing
  function point(event) {
    over = !!event.target.closest?.("#lists-rows");
    pressed = event.buttons !== 0;
    moved = performance.now();
    leave();
  }
  document.addEventListener("pointermove", point);
  document.addEventListener("pointerdown", (event) => { keys = false; point(event); });
  document.addEventListener("pointerup", point);
  document.addEventListener("pointercancel", () => { pressed = false; leave(); });
  document.documentElement.addEventListener("pointerleave", (event) => { if (event.pointerType !== "touch") over = false; leave(); });
  document.addEventListener("keydown", () => { keys = true; }, true);
  document.addEventListener("focusout", () => setTimeout(leave, 0));
  const pointed = () => over && (pressed || performance.now() - moved < LATELY);
  // the focus that a click left behind is no hand either
  const inside = () => pointed() || (keys && !!rows()?.contains(document.activeElement));
  const order = (root) => Array.from(root.querySelectorAll("#lists-rows > li"), (one) => one.id).join();

  function leave() {
    clearTimeout(timer);
    if (!waits) return;
    if (!inside()) anew(); else if (pointed()) timer = setTimeout(leave, Math.max(LATELY / 8, moved + LATELY - performance.now()));
  }
  function anew() {
    waits = false;
    const piece = by("lists");
    htmx.ajax("GET", piece.getAttribute("hx-get"), { source: piece, target: "#lists", swap: "morph:outerHTML" }).catch(() => {});
  }
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const { target, requestConfig, xhr } = event.detail;
    if (target.id !== "lists" || !event.detail.shouldSwap) return;
    // an own button; or nobody's hand is there
    if (requestConfig.elt !== target || !inside()) { waits = false; return; }
    const made = new DOMParser().parseFromString(xhr.responseText, "text/html");
    if (order(made) === order(target)) return; // words within a row change where they stand
    event.detail.shouldSwap = false;
    waits = true;
    by("lists-anew").hidden = false;
    leave();
  });
  // the button that was pressed may be gone: the keys go on from the list
  document.body.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.id === "lists" && event.detail.requestConfig?.elt.closest("#lists-rows") && document.activeElement === document.body) by("lists-title").focus({ preventScroll: true });
  });
  document.addEventListener("click", (event) => {
    if (event.target.id !== "lists-anew") return;
    by("lists-title").focus();
    anew();
  });
})();
