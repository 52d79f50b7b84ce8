"use strict";
/* The keys of an agent's page: from each place to the next thing that is done, and a whole call without the mouse. What each does stands on
   the page. Refuses to send a ticket that is half written when Enter is pressed in a line of it. */
(() => {
  const by = (id) => document.getElementById(id), first = (ids) => ids.map(by).find(Boolean);
  const MOVES = ["state-go", "state-ready", "state-pause"];
  const KEYS = {
    F1: ["keys-title"],
    F2: ["f-content"],
    F4: ["faq-words"],
    F8: ["connect", "take-back", "to"],
    F9: [...MOVES, "line"],
  };
  /* to the list that is shown, and from within it to the next one */
  function lists() {
    const all = Array.from(document.querySelectorAll("#lists [id^=list-][aria-pressed]"));
    const shown = all.findIndex((one) => one.getAttribute("aria-pressed") === "true");
    const inside = by("lists").contains(document.activeElement);
    const next = all[inside ? (shown + 1) % all.length : shown];
    next.focus();
    if (inside) next.click();
  }
  function go(ids) {
    const place = first(ids);
    if (!place) return false;
    const words = document.activeElement === place && by(`${place.id}-words`); // pressed once more: what makes its list short
    (words || place).focus();
    return true;
  }
  document.addEventListener("keydown", (event) => {
    const { key, ctrlKey, shiftKey } = event;
    if (event.isComposing || event.altKey || event.metaKey) return;
    if (ctrlKey && key === "Enter" && event.target.closest("#ticket")) {
      event.preventDefault();
      if (!event.repeat) by(shiftKey ? "make-complete" : "make-forward").click();
      return;
    }
    // not into a ticket that is sent out half written
    if (key === "Enter" && event.target.matches("#ticket input")) { event.preventDefault(); return; }
    if (ctrlKey) return;
    if (key === "F6" && !shiftKey) { event.preventDefault(); lists(); return; }
    if (key === "F9" && shiftKey) {
      const button = first(MOVES);
      if (!button) return;
      event.preventDefault();
      if (!event.repeat) button.click();
      return;
    }
    if (!shiftKey && KEYS[key] && go(KEYS[key])) event.preventDefault();
  });
})();
