"use strict";
/* Keeps what is typed into the form of an agent: a moment after each key it is sent, again and again until it is kept. What is not
   kept yet also lies in this browser, so that a reload, a crash or a dead line lose nothing. Refuses to put older words over newer. */
window.HL = window.HL || {};
HL.draft = (() => {
  const PAUSE = 400, MOST = 1500, CLOSED = 200, RETRY = [1000, 2000, 4000, 8000], PATIENCE = 8000, OLD = 24 * 3600 * 1000;
  const page = document.getElementById("agent");
  const said = page.dataset, ALL = "hl-draft:", store = `${ALL}${said.owner}:`;
  const refusals = JSON.parse(said.refusals); // in words for people; the API's own are for programs
  const own = Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");
  const others = new BroadcastChannel("hl-draft");
  /* {root, call, seen, dirty, first, gone, told, behind}; `told`: what is kept, as it was heard last; `behind`: fields that do not show
     that, because somebody types or chooses in them, each with the version that it shows */
  let form = null;
  let timer = 0, sending = null, failures = 0;

  const fields = () => Array.from(form.root.querySelectorAll("[data-typed]"));
  const field = (name) => fields().find((one) => one.name === name);
  // a half sign or a control character would be refused, and with it all the rest
  const clean = (text) => text.replace(/\r\n?/g, "\n").replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/g, " ").toWellFormed();
  // as the service keeps it: a blank that was typed last is not in it
  const kept = (text) => clean(text).replace(/\t/g, " ").normalize("NFC").trim();
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": said.csrf };
  const address = (call) => `/api/drafts/${call || "none"}`;
  const clock = (at) => at.toLocaleTimeString(document.documentElement.lang, { hour12: false, timeZone: "Asia/Ho_Chi_Minh" });

  function tell(text, bad = false) {
    const place = document.getElementById("saved");
    if (place) { place.textContent = text; place.classList.toggle("is-bad", bad); }
  }

  // ---- what is not kept yet, in this browser
  const key = (call, of) => `${store}${call}:${of}`;
  function lay(call, seen, texts) {
    try {
      if (Object.keys(texts).length) localStorage.setItem(key(call, own), JSON.stringify({ seen, texts, at: Date.now() }));
      else localStorage.removeItem(key(call, own));
    } catch { /* full, or shut off: it is sent all the same */ }
  }
  function laid() {
    const found = [];
    for (const name of Object.keys(localStorage)) {
      if (!name.startsWith(ALL)) continue;
      const one = JSON.parse(localStorage.getItem(name) || "null");
      if (!one || !(Date.now() - one.at <= OLD)) localStorage.removeItem(name); // whoever typed it at this machine
      else if (name.startsWith(store)) {
        const [call, of] = name.slice(store.length).split(":");
        found.push({ name, call, of, ...one });
      }
    }
    return found;
  }

  // ---- sending
  async function post(call, body, keep = false) {
    const answer = await fetch(address(call), {
      method: "POST", headers, body: JSON.stringify(body), keepalive: keep, redirect: "error", signal: AbortSignal.timeout(PATIENCE),
    });
    const told = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : {};
    return { status: answer.status, told };
  }
  const texts = (names) => Object.fromEntries(names.map((name) => [name, clean(field(name).value)]));
  /* who writes has seen what the field showed: said of a later version, words of another window would be written over */
  const shows = (name) => form.behind.get(name) ?? form.seen;
  const oldest = (names) => Math.min(form.seen, ...names.map(shows));
  const hold = () => { const names = [...form.dirty]; lay(form.call, oldest(names), texts(names)); };

  function typed(name) {
    if (form.gone) return;
    form.dirty.add(name);
    form.first ||= Date.now();
    hold();
    if (!failures) tell(said.saving);
    plan(Math.min(PAUSE, Math.max(0, form.first + MOST - Date.now())));
  }
  function plan(after) { clearTimeout(timer); timer = setTimeout(send, after); }

  function send(last = false) {
    if (sending) return sending;
    if (!form || form.gone || !form.dirty.size) return Promise.resolve(true);
    clearTimeout(timer);
    sending = sent(form, last === true).finally(() => { sending = null; });
    return sending;
  }
  /* those that show the same version together, the oldest first */
  async function sent(of, last) {
    const names = [...of.dirty], seen = oldest(names), given = texts(names.filter((name) => shows(name) === seen));
    let answer;
    try { answer = await post(of.call, { window: own, seen, ...given }, last); } catch { return away(); }
    if (answer.status === 401 || answer.status === 403) { document.getElementById("out").hidden = false; return away(); }
    if (answer.status === 409 && answer.told.error_id === "draft-gone") {
      of.gone = true; lay(of.call, 0, {}); tell(said.gone, true); return false;
    }
    if ([400, 413].includes(answer.status)) { tell(`${said.notKept} ${refusals[answer.told.error_id] || refusals.other}`, true); return false; }
    if (answer.status !== 200) return away();
    failures = 0;
    document.getElementById("out").hidden = true;
    if (of !== form) { // more may have been typed before another form came, and into that one since
      sweep();
      if (form?.dirty.size) plan(0);
      return true;
    }
    for (const [name, text] of Object.entries(given)) {
      if (clean(field(name).value) === text || answer.told.kept.includes(name)) of.dirty.delete(name);
    }
    offer(answer.told.kept.map((name) => [name, clean(field(name).value)])); // with what was typed since it was sent
    take(answer.told);
    of.first = of.dirty.size ? Date.now() : 0;
    hold();
    others.postMessage({ owner: said.owner, call: of.call, version: of.seen });
    if (names.some((name) => !(name in given))) return sent(of, last);
    if (of.dirty.size) plan(PAUSE); else tell(said.saved.replace("{time}", clock(new Date())));
    return !of.dirty.size;
  }
  function away() {
    tell(said.unsaved, true);
    plan(RETRY[Math.min(failures++, RETRY.length - 1)]);
    return false;
  }

  // ---- what is kept, shown
  function take(told) {
    const of = form, before = form.seen;
    let open = false;
    if (told.version < before) return; // it was asked for earlier than what is shown
    form.seen = told.version;
    form.told = told;
    for (const one of fields()) {
      const text = told.fields[one.name] ?? one.value, other = kept(one.value) !== kept(text);
      const chooses = other && HL.turn.choosing() === one; // not under the hand that chooses
      if (chooses || form.dirty.has(one.name)) { if (!form.behind.has(one.name)) form.behind.set(one.name, before); }
      else { form.behind.delete(one.name); if (other) one.value = text; }
      open ||= chooses;
    }
    const seen = document.getElementById("seen"); // a ticket is made of what is shown
    if (seen) seen.value = Math.min(form.seen, ...form.behind.values());
    if (open) setTimeout(() => { if (of === form && of.told === told) take(told); }, CLOSED);
    page.dispatchEvent(new Event("hl-taken"));
  }
  function offer(words) {
    const place = document.getElementById("words");
    for (const [name, text] of words) {
      const one = field(name);
      if (one.type === "hidden") continue; // nobody typed it: it goes with the answer
      const label = form.root.querySelector(`label[for="${one.id}"]`);
      const box = document.createElement("div"), note = document.createElement("p"), quote = document.createElement("blockquote");
      const use = document.createElement("button");
      box.className = "alert alert-warning"; box.setAttribute("role", "alert");
      note.textContent = said.other.replace("{field}", label ? label.textContent : name);
      quote.textContent = one.tagName === "SELECT" ? one.querySelector(`option[value="${CSS.escape(text)}"]`)?.textContent || text : text;
      use.type = "button"; use.className = "btn btn-sm"; use.textContent = said.use;
      use.addEventListener("click", () => {
        one.value = text; box.remove(); one.focus(); typed(name);
        one.dispatchEvent(new Event("change", { bubbles: true }));
      });
      box.append(note, quote, use);
      place.append(box);
    }
  }
  async function pull() {
    if (!form || form.gone || form.dirty.size || sending) return;
    const of = form;
    try {
      const answer = await fetch(address(of.call), { redirect: "error", signal: AbortSignal.timeout(PATIENCE) });
      if (!answer.ok || of !== form || of.dirty.size || sending) return;
      const told = await answer.json();
      if (of.seen && told.first > of.seen) { of.gone = true; tell(said.gone, true); }
      else if (told.version > of.seen) { take(told); tell(said.saved.replace("{time}", clock(new Date(told.changed_at)))); }
      else if (!told.version && of.seen) { of.gone = true; tell(said.gone, true); }
    } catch { /* the stream tells that nobody answers */ }
  }

  // ---- what an earlier page of this browser could not send
  let sweeping = false;
  // each window holds a lock as long as it lives; where a browser has none, a living one lays its words anew before they are this old
  const YOUNG = 30000, lock = (of) => `hl-draft:${of}`;
  navigator.locks?.request(lock(own), () => new Promise(() => {}));
  async function living() {
    if (!navigator.locks) return (one) => Date.now() - one.at < YOUNG;
    const { held } = await navigator.locks.query(), names = new Set(held.map((one) => one.name));
    return (one) => names.has(lock(one.of));
  }
  async function sweep() {
    if (sweeping) return;
    sweeping = true;
    try {
      const lives = await living();
      for (const one of laid()) {
        if (one.of === own ? form && one.call === form.call : lives(one)) continue; // its own window sends it, and newer words with it
        const answer = await post(one.call, { window: one.of, seen: one.seen, ...one.texts });
        if ([400, 413].includes(answer.status)) continue; // it lies there for a day, should somebody want to look
        if (answer.status !== 200 && answer.status !== 409) return;
        if (JSON.parse(localStorage.getItem(one.name) || "null")?.at === one.at) localStorage.removeItem(one.name);
        if (answer.status !== 200 || !form || one.call !== form.call) continue;
        if (!form.dirty.size && !sending) take(answer.told);
        offer(answer.told.kept.map((name) => [name, one.texts[name]]));
      }
    } catch { /* again in a while */ } finally { sweeping = false; }
  }

  function open(root) {
    if (form && form.root === root) return;
    if (form && form.dirty.size) hold(); // swept once the other form is there
    if (form && form.seen) others.postMessage({ owner: said.owner, call: form.call }); // it may have become a ticket
    clearTimeout(timer);
    form = root.querySelector("#ticket")
      ? { root, call: root.dataset.draft, seen: Number(root.dataset.version), dirty: new Set(), first: 0, gone: false, told: null, behind: new Map() }
      : null;
    if (form) for (const one of fields()) one.addEventListener("input", () => typed(one.name));
    if (form) resume();
    sweep();
  }
  /* this window wrote into this form before, and went to another one before it was kept */
  function resume() {
    const left = laid().find((one) => one.of === own && one.call === form.call);
    if (!left) return;
    if (left.seen > form.seen) { lay(form.call, 0, {}); return; } // that draft is no more
    for (const [name, text] of Object.entries(left.texts)) {
      const one = field(name);
      // what another window wrote since stays, and these words are offered
      if (one) { one.value = text; form.dirty.add(name); form.behind.set(name, left.seen); }
    }
    plan(0);
  }

  others.addEventListener("message", (event) => {
    if (form && event.data.owner === said.owner && event.data.call === form.call && !(event.data.version <= form.seen)) pull();
  });
  addEventListener("pagehide", () => send(true));
  document.addEventListener("visibilitychange", () => (document.visibilityState === "hidden" ? send(true) : pull()));
  addEventListener("online", () => send());
  setInterval(sweep, 20000);
  setInterval(pull, 15000); // another browser of the same person
  /* everything that was typed is kept, and nothing else is under way: true */
  const flush = async () => { if (sending) await sending; return send(); };
  /* why what was typed is not kept, in words; "" where that is told by itself, or only waits */
  const refused = () => { const place = document.getElementById("saved"); return place?.textContent.startsWith(said.notKept) ? place.textContent : ""; };
  return { open, flush, refused, clean: () => !form || !form.dirty.size };
})();
