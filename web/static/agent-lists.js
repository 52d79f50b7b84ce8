"use strict";
/* The lists of an agent keep still under a hand: while the pointer or the focus is among their rows, rows that come, go or move wait, and
   a button says that there are some. Refuses nothing that somebody asked for: an own button's answer is shown at once. */
(() => {
  const by = (id) => document.getElementById(id), rows = () => by("lists-rows");
  let pointer = false, waits = false;
  // where the pointer is, not what it came into: rows that were replaced tell of nothing
  document.addEventListener("pointermove", (event) => { pointer = event.pointerType !== "touch" && !!event.target.closest?.("#lists-rows"); leave(); });
  document.addEventListener("pointerdown", (event) => { pointer = !!event.target.closest?.("#lists-rows"); });
  document.documentElement.addEventListener("pointerleave", () => { pointer = false; leave(); });
  document.addEventListener("focusout", () => setTimeout(leave, 0));
  const inside = () => pointer || !!rows()?.contains(document.activeElement);
  const order = (root) => Array.from(root.querySelectorAll("#lists-rows > li"), (one) => one.id).join();

  function leave() { if (waits && !inside()) anew(); }
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
