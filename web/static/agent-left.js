"use strict";
/* Who called stays on the page of an agent while the form of that call is open, after the hang-up too: which form that is goes with each
   question who calls, and is asked anew when another form comes. Refuses to ask twice for the same form. */
(() => {
  const by = (id) => document.getElementById(id);
  const open = () => (by("form").dataset.done ? "" : by("form").dataset.draft);
  let asked = null;
  document.body.addEventListener("htmx:configRequest", (event) => {
    const { path, parameters, verb } = event.detail;
    if (verb === "get" && path.split("?")[0] === "/desk/agent/call") parameters.set("form", open());
  });
  document.body.addEventListener("htmx:afterSettle", () => {
    const { call, of } = by("call").dataset;
    if (call || of === open()) { asked = null; return; }
    if (asked === open()) return;
    asked = open();
    htmx.trigger(document.body, "hl-call");
  });
})();
