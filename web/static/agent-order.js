"use strict";
/* Answers that show the transfer of a call may come in another order than they were read in: the page asks by several ways at once. Refuses
   one that knows less than what is shown; of two that know the same, the one that was asked for earlier. Who asks once what is shown is
   there knows more than that, whatever the answer says. */
window.HL = window.HL || {};
HL.order = (() => {
  const asked = new WeakMap(), shown = { by: 0, until: 0 };
  let count = 0, answer = 0;
  document.body.addEventListener("htmx:beforeSend", (event) => asked.set(event.detail.xhr, ++count));
  document.body.addEventListener("htmx:beforeSwap", (event) => { answer = asked.get(event.detail.xhr); });
  /* whether the transfer that `made` brings, of the answer that came last, is older than the one on the page; what is not is shown */
  function late(made) {
    const now = document.getElementById("transfer").dataset, then = made.querySelector("#transfer")?.dataset;
    if (!then) return false;
    const more = then.version - now.version;
    if (then.call === now.call && answer <= shown.until && (more < 0 || (more === 0 && answer < shown.by))) return true;
    shown.by = answer;
    shown.until = count;
    return false;
  }
  return { late };
})();
