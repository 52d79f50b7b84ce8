"use strict";
/* A television: asks for its figures every five seconds, for weeks; says so when they are old or Asterisk tells nothing, loads itself anew
   when the service is another one, and is blank as soon as its address is revoked. Refuses to take what it is told for HTML, and to
   cut what is too long for its place: it is made smaller. */
window.HL = window.HL || {};
(() => {
  const EVERY = 5000, PATIENCE = 4000, OLD = 20000;
  const room = document.getElementById("main"), old = document.getElementById("old");
  const figures = document.getElementById("figures"), said = room.dataset;
  let heard = performance.now(), lost = said.lost;

  /* as large as the style says, or smaller until it fits; no smaller than 8 px */
  HL.shrink = (place, tooLarge) => {
    place.style.fontSize = "";
    for (let size = parseFloat(getComputedStyle(place).fontSize); size > 8 && tooLarge(); ) place.style.fontSize = `${(size *= 0.95)}px`;
  };
  HL.fit = () => {
    if (figures.hidden) return;
    for (const box of figures.children) {
      const name = box.querySelector("dt"), value = box.querySelector("dd"), style = getComputedStyle(box);
      const inner = box.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
      name.style.fontSize = "";
      HL.shrink(value, () => value.scrollWidth > value.clientWidth);
      HL.shrink(name, () => name.scrollWidth > name.clientWidth || name.offsetHeight + value.offsetHeight > inner + 1);
    }
  };

  function show(now) {
    heard = performance.now();
    lost = now.lost;
    age();
    document.getElementById("clock").textContent = now.clock;
    for (const one of now.figures) {
      const place = room.querySelector(`[data-figure="${CSS.escape(one.id)}"]`);
      if (!place) continue;
      place.querySelector("dd").textContent = one.said;
      place.classList.toggle("bad", one.bad);
    }
    HL.fit();
    room.dispatchEvent(new CustomEvent("hl-wall", { detail: now }));
  }
  function age() {
    const ms = performance.now() - heard, minutes = Math.floor(ms / 60000), before = old.offsetHeight;
    if (ms < OLD) old.textContent = lost;
    else old.textContent = minutes ? said.minutes.replace("{number}", minutes) : said.seconds.replace("{number}", Math.floor(ms / 1000));
    if (old.offsetHeight !== before) HL.fit();
  }
  function end() {
    const told = document.createElement("p");
    told.className = "wall-over";
    told.setAttribute("role", "alert");
    told.textContent = said.revoked;
    room.replaceChildren(told);
  }
  async function ask() {
    try {
      const answer = await fetch(said.now, { redirect: "error", cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(PATIENCE) });
      if (answer.status === 404) {
        // a proxy in front of a service that is away may say 404 too
        const told = await answer.json();
        if (told.error_id === "link-invalid") { clearInterval(ticking); end(); return; }
      }
      if (answer.ok) {
        const now = await answer.json();
        if (now.version === said.version) show(now);
        // a page that is a fault would never ask again
        else if ((await fetch(location.href, { cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(PATIENCE) })).ok) {
          location.reload();
          return;
        }
      }
    } catch { /* nobody answers: the age of the figures says so */ }
    setTimeout(ask, EVERY);
  }
  addEventListener("resize", HL.fit);
  document.fonts.ready.then(HL.fit);
  const ticking = setInterval(age, 1000);
  setTimeout(ask, EVERY);
})();
