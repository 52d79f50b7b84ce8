"use strict";
/* Answers beside the form: searched while somebody types, put into the answer with one key, and completed with in one act (Ctrl+Enter in a
   hit), where the day of the answer is not over; the draft says which they are, with their versions. What has no answer is asked once more
   as a whole when nobody types on, so that it stands in the list of what is missing. Hidden in a house that has no questions and answers
   (404, 403), and asked again there when the page loads all anew or opens a form. Refuses to take what it is told for HTML, and to show
   the answers of other words than stand there. */
(() => {
  const room = document.getElementById("faq"), words = document.getElementById("faq-words");
  const found = document.getElementById("faq-found"), said = document.getElementById("faq-said");
  const PAUSE = 250, STILL = 2000, MOST = 6;
  let timer = 0, still = 0, asked = 0, whole = ""; // whole: what was asked as a whole last

  async function ask(text, typing, limit = MOST) {
    const query = new URLSearchParams({ words: text, typing, limit });
    const answer = await fetch(`/api/faq/search?${query}`, { redirect: "error", signal: AbortSignal.timeout(8000) });
    if (answer.ok) there(true); else if (answer.status === 404 || answer.status === 403) there(false);
    return answer.ok ? answer.json() : null;
  }
  /* what a service says that is just starting, or none, is no reason to take the search away */
  let has = null;
  function there(so) {
    has = so;
    for (const one of [room, ...document.querySelectorAll("[data-faq]")]) one.hidden = !so;
  }
  function look() { if (has !== true) ask("a", true, 1).catch(() => {}); }
  async function search(typing) {
    const text = words.value.trim(), number = ++asked;
    clearTimeout(still);
    still = 0;
    if (!typing) whole = text;
    if (!text) { said.textContent = ""; found.replaceChildren(); return; }
    let told = null;
    try { told = await ask(text, typing); } catch { /* the stream tells that nobody answers */ }
    if (number !== asked) return; // somebody has typed on
    if (!told) { said.textContent = room.dataset.unfound; found.replaceChildren(); if (!typing) whole = ""; return; }
    said.textContent = told.hits.length ? (told.near ? room.dataset.near : "") : room.dataset.none;
    found.replaceChildren(...told.hits.map(shown));
    if (text !== whole && (told.near || !told.hits.length)) still = setTimeout(search, STILL, false);
  }
  const draft = () => document.getElementById("form").dataset.draft;
  function shown(hit) {
    const one = document.createElement("details"), head = document.createElement("summary"), text = document.createElement("p");
    const of = document.createElement("p"), use = document.createElement("button");
    head.textContent = hit.question;
    text.className = "agent-answer"; text.textContent = hit.answer;
    of.className = "text-secondary"; of.textContent = [hit.agency_name, hit.legal_source, hit.out_of_date ? room.dataset.over : ""].filter(Boolean).join(" · ");
    use.type = "button"; use.className = "btn btn-sm"; use.textContent = room.dataset.use;
    use.addEventListener("click", () => put(hit)?.focus());
    one.append(head, text, of, use);
    if (!hit.out_of_date) one.append(" ", finish(hit, one, draft()));
    return one;
  }
  function fill(id, text) {
    const place = document.getElementById(id);
    place.value = text;
    place.dispatchEvent(new Event("input", { bubbles: true }));
  }
  /* into the answer, below what was typed, once; null where no form is open */
  function put(hit) {
    const place = document.getElementById("f-answer"), faq = document.getElementById("f-faq");
    if (!place) return null;
    const name = `${hit.entry}/${hit.number}`;
    if (!faq.value.split(" ").includes(name)) fill("f-faq", place.value.trim() ? `${faq.value} ${name}`.trim() : name);
    if (!place.value.includes(hit.answer)) fill("f-answer", place.value ? `${place.value}\n${hit.answer}` : hit.answer);
    return place;
  }
  /* of: the form beside which it was found. One that came since is of another citizen, whose ticket is not ended by a key too many */
  function finish(hit, one, of) {
    const button = document.createElement("button");
    button.type = "button"; button.className = "btn btn-sm btn-primary"; button.textContent = room.dataset.finish;
    button.setAttribute("aria-keyshortcuts", "Control+Enter");
    button.addEventListener("click", () => {
      if (of !== draft()) { search(true).then(() => { said.textContent = room.dataset.other; words.focus(); }); return; }
      if (!put(hit)) return;
      if (!document.getElementById("f-content").value.trim()) fill("f-content", hit.question);
      document.getElementById("make-complete").click();
    });
    one.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !event.ctrlKey || event.isComposing || event.repeat) return;
      event.preventDefault(); // on the button too: it is pressed once
      button.click();
    });
    return button;
  }
  // who takes the whole answer out has not answered with it
  document.getElementById("agent").addEventListener("input", (event) => {
    const faq = document.getElementById("f-faq");
    if (event.target.id === "f-answer" && !event.target.value.trim() && faq.value) fill("f-faq", "");
  });
  words.addEventListener("input", () => { clearTimeout(timer); clearTimeout(still); still = 0; timer = setTimeout(() => search(true), PAUSE); });
  words.addEventListener("blur", () => { if (still) search(false); });
  document.getElementById("faq-form").addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    search(words.value.trim() === whole).then(() => found.querySelector("summary")?.focus());
  });
  let form = draft();
  document.body.addEventListener("hl-all", look);
  document.body.addEventListener("htmx:afterSettle", () => {
    const now = draft();
    if (now !== form) { form = now; look(); }
  });
  look();
})();
