"use strict";
/* A long list of agencies or areas becomes a short one by words of their names, with marks or without, in any case; Enter or the arrow down goes on
   into the list, to the first that is left. Refuses to choose anything while somebody types. */
(() => {
  const fold = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/gi, "d").toLowerCase();
  const list = (field) => document.getElementById(field.dataset.picks);
  // what is hidden stays in the list: one that was chosen is still sent
  function left(field) {
    const words = fold(field.value).split(/\s+/).filter(Boolean), found = [];
    for (const one of list(field).options) {
      one.hidden = !!one.value && !words.every((word) => fold(`${one.text} ${one.dataset.short || ""}`).includes(word));
      if (one.value && !one.hidden) found.push(one);
    }
    for (const group of list(field).querySelectorAll("optgroup")) group.hidden = Array.from(group.children).every((one) => one.hidden);
    const { said, none } = field.dataset;
    document.getElementById(`${field.id}-left`).textContent = words.length ? (found.length ? said.replace("{count}", found.length) : none) : "";
    return found;
  }
  const of = (event) => (event.target instanceof Element && event.target.matches("[data-picks]") ? event.target : null);
  document.addEventListener("input", (event) => { if (of(event)) left(of(event)); });
  document.addEventListener("keydown", (event) => {
    const field = of(event);
    if (!field || event.isComposing || event.ctrlKey || !["Enter", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    const found = left(field), place = list(field);
    if (field.value.trim() && !found.length) return;
    if (field.value.trim() && !found.includes(place.selectedOptions[0])) {
      place.value = found[0].value;
      for (const name of ["input", "change"]) place.dispatchEvent(new Event(name, { bubbles: true }));
    }
    place.focus();
  });
  // the list came anew, whole
  document.body.addEventListener("htmx:afterSettle", () => {
    for (const field of document.querySelectorAll("[data-picks]")) if (field.value) left(field);
  });
})();
