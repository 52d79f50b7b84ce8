"use strict";
/* Says on a list of tickets, and on the page of one, that it is old: something was done, a deadline has passed, or the session has
   ended. Refuses to load anything by itself: what is typed stays. A page that nobody sees listens to nothing, because a browser has
   few connections, and hears what it missed when it is looked at again. */
window.HL = window.HL || {};
(() => {
  const room = document.getElementById("fresh");
  // ms; a timer beyond the longest would go off at once
  const LONGEST = 2147483647;
  const said = (what) => room.querySelector(`[data-said="${what}"]`);
  const say = (what) => {
    if (said("loaded")) said("loaded").hidden = true;
    said(what).hidden = false;
    if (what === "changed") changes += 1;
  };
  let due = 0, changes = 0;
  function wait() {
    clearTimeout(due);
    const left = Number(room.dataset.due) * 1000;
    if (left > 0 && left <= LONGEST) due = setTimeout(say, left, "changed");
  }
  function heard(topic, event) {
    if (topic === "refresh") { say("changed"); return; }
    const told = JSON.parse(event.data);
    // whoever looked at who the citizen is has changed nothing
    if (told.action === "reveal" || (room.dataset.ticket && told.ticket !== room.dataset.ticket)) return;
    say("changed");
  }
  const stream = HL.stream({
    path: "/desk/events?topics=tickets&", position: room.dataset.position, topics: ["tickets"], heard,
    back() {}, away() {}, out() { say("out"); },
  });
  const look = () => { if (document.hidden) stream.rest(); else stream.wake(); };
  document.addEventListener("visibilitychange", look);
  look();
  wait();
  window.HL.fresh = { room, said, say, wait, changes: () => changes, stream };
})();
