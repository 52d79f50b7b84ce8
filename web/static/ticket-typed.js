"use strict";
/* Keeps what is typed on the page of a ticket: when it is loaded again, which is done beneath the words, and over the door, where the
   service keeps them for this user. Refuses to lay anything down in this browser, which others use too, and to show it to anybody else. */
(() => {
  const { room, said, say, wait, changes, stream } = HL.fresh;
  const main = document.getElementById("main"), left = document.getElementById("left");
  const load = said("changed").querySelector("a"), door = said("out").querySelector("a");
  // ms: how long an answer is waited for, and how long it is said that it came
  const PATIENCE = 20000, SAID = 10000;
  const FIELDS = "textarea, select, input:not([type=hidden], [type=file])";
  const typed = (place) => Array.from(place.querySelectorAll(`form :is(${FIELDS})`)).filter((one) => one.value);
  const plain = (event) => !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  const words = (one) => (one.tagName === "SELECT" ? one.selectedOptions[0].textContent : one.value);
  const ask = (address, more) => fetch(address, { redirect: "manual", signal: AbortSignal.timeout(PATIENCE), ...more });
  const reveal = () => typed(main).forEach((one) => { const room = one.closest("details"); if (room) room.open = true; });

  // what the service gave back of a form, to be copied
  const back = (place) => Array.from(place.querySelectorAll("#kept .as-typed, #sent .as-typed"), (one) => one.textContent.trim());

  /* what has no field any more is given back */
  function give(texts) {
    for (const text of new Set(texts)) {
      const line = document.createElement("p");
      line.className = "as-typed";
      line.textContent = text;
      left.firstElementChild.append(line);
    }
    if (texts.length) left.hidden = false;
  }
  const callbacks = {
    // what was given back stays until the page is left
    beforeNodeMorphed: (old) => old !== left,
    beforeAttributeUpdated: (name, one) => one.type === "hidden" || !(name === "open" || (["value", "selected", "checked"].includes(name) && one.closest("form"))),
  };
  function renew(page) {
    const now = page.getElementById("fresh");
    if (now?.dataset.user !== room.dataset.user) { location.assign(load.href); return; } // another one has signed in here
    const over = !said("out").hidden;
    const before = typed(main).map((one) => ({ id: one.id, value: one.value, text: words(one) })), lost = back(main);
    Idiomorph.morph(main, page.getElementById("main"), { callbacks });
    for (const one of before) {
      const field = document.getElementById(one.id);
      if (field && field.value !== one.value) field.value = one.value;
      if (field?.value === one.value) field.dispatchEvent(new Event("input", { bubbles: true })); else lost.push(one.text);
    }
    const shown = back(page);
    give(lost.filter((text) => !shown.includes(text)));
    reveal();
    // another session of the same user has other tokens
    document.body.setAttribute("hx-headers", page.body.getAttribute("hx-headers"));
    // the session that was over has a new one: it is listened to, and takes what is handed over
    if (over) { missed = false; stream.anew(now.dataset.position); }
    for (const one of document.querySelectorAll("input[name=csrf]")) one.value = page.querySelector("input[name=csrf]").value;
    htmx.process(main);
    history.replaceState(null, "", load.href);
    wait();
    say("loaded");
    setTimeout(() => { said("loaded").hidden = true; }, SAID);
    room.focus({ preventScroll: true });
  }
  /* another agency has it, or the right to it is gone: nothing of it stays but what was typed */
  function gone() {
    give([...typed(main).map(words), ...back(main)]);
    for (const one of Array.from(left.parentElement.children)) if (one !== room && one !== left && one.tagName !== "H1") one.remove();
    say("gone");
  }
  let loading = false, missed = false;
  load.addEventListener("click", async (event) => {
    if (!plain(event)) return;
    event.preventDefault();
    if (loading) return;
    loading = true;
    said("failed").hidden = true;
    const heard = changes();
    try {
      // what is kept for this page waits for one that is looked at
      const answer = await ask(load.href, { headers: { "HL-Beneath": "1" } });
      if (answer.type === "opaqueredirect") say("out");
      else if ([403, 404].includes(answer.status)) gone();
      else if (!answer.ok) say("failed");
      else renew(new DOMParser().parseFromString(await answer.text(), "text/html"));
      if (changes() > heard) say("changed"); // while it was read
    } catch { say("failed"); } finally { loading = false; }
  });

  /* The session is over: a form that is sent now is kept by the service, and stands on this page again after the door */
  async function hand(form) {
    const body = new FormData(form);
    // files are not kept: that there were some is told
    for (const one of form.querySelectorAll("input[type=file]")) if (one.files.length) body.set(one.name, new File([], one.files[0].name));
    const answer = await ask(form.action, { method: "POST", body, headers: { "HX-Request": "true", "HX-Current-URL": load.href, "HL-User": room.dataset.user } });
    return answer.headers.has("HL-Kept") ? answer.headers.get("HX-Redirect") : "";
  }
  door.addEventListener("click", async (event) => {
    const forms = Array.from(main.querySelectorAll("form")).filter((one) => typed(one).length);
    if (!plain(event) || !forms.length || missed) return;
    event.preventDefault();
    said("failed").hidden = true;
    try {
      let way = "";
      for (const one of forms) {
        way = await hand(one);
        if (!way) { missed = true; say("lost"); return; }
      }
      location.assign(way);
    } catch { say("failed"); }
  });
  reveal();
})();
