"use strict";
/* A television: asks for its figures every five seconds, for weeks; says so when they are old or Asterisk tells nothing, loads itself anew
   when the service is another one, and is blank as soon as its address is revoked. Refuses to take what it is told for HTML. */
(() => {
  const EVERY = 5000, PATIENCE = 4000, OLD = 20000;
  const room = document.getElementById("main"), old = document.getElementById("old");
  const said = room.dataset;
  let heard = performance.now(), lost = said.lost;

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
  }
  function age() {
    const ms = performance.now() - heard;
    if (ms < OLD) { old.textContent = lost; return; }
    const minutes = Math.floor(ms / 60000);
    old.textContent = minutes ? said.minutes.replace("{number}", minutes) : said.seconds.replace("{number}", Math.floor(ms / 1000));
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
  const ticking = setInterval(age, 1000);
  setTimeout(ask, EVERY);
})();
