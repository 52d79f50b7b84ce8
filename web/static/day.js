"use strict";
/* Says each day that is chosen in words, beside its field, as the service said the first one. Refuses to say what is no day. */
(() => {
  const say = (field) => {
    const room = document.getElementById(`${field.id}-day`), at = field.valueAsDate;
    if (!room) return;
    const known = at && {
      weekday: room.dataset.weekdays.split("|")[(at.getUTCDay() + 6) % 7],
      day: at.getUTCDate(), month: at.getUTCMonth() + 1, year: at.getUTCFullYear(),
    };
    room.textContent = known ? room.dataset.pattern.replace(/\{(\w+)\}/g, (_, name) => known[name]) : "";
  };
  const heard = (event) => { if (event.target.matches?.("input[data-day]")) say(event.target); };
  document.addEventListener("input", heard);
  document.addEventListener("change", heard);
  // a browser fills fields in again when one comes back
  const all = () => document.querySelectorAll("input[data-day]").forEach(say);
  addEventListener("pageshow", all);
  document.addEventListener("htmx:afterSettle", all);
  // a form that was cleared has its values a moment later
  document.addEventListener("reset", () => setTimeout(all));
})();
