"use strict";
/* The keys of an agent's page: from each place to the next thing that is done, and a ticket made without the mouse. Refuses to send a ticket
   that is half written when Enter is pressed in a line of it. */
(() => {
  const by = (id) => document.getElementById(id);
  const KEYS = {
    F2: ["f-content"],
    F4: ["faq-words"],
    F8: ["connect", "take-back", "to"],
    F9: ["state-go", "state-pause", "line"],
  };
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.metaKey) return;
    if (event.ctrlKey && event.key === "Enter" && event.target.closest("#ticket")) { event.preventDefault(); by("make-forward").click(); return; }
    // not into a ticket that is sent out half written
    if (event.key === "Enter" && event.target.matches("#ticket input")) { event.preventDefault(); return; }
    const wanted = !event.ctrlKey && !event.shiftKey && KEYS[event.key];
    const place = wanted && wanted.map(by).find(Boolean);
    if (place) { event.preventDefault(); place.focus(); }
  });
})();
