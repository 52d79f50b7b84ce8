"use strict";
/* Who is typing into a form, or has one of its lists open, is let finish: whether a key came into it just now, and the call that waits
   meanwhile, offered with its number. What happens when, by what the form shows (A: another call, or none) and whether a key came within a second (typing):

   | now                | B rings                | the answer with B's form comes | a second without a key | the offer is pressed |
   |--------------------|------------------------|--------------------------------|------------------------|----------------------|
   | A, nobody types    | B's form is asked for  | B's form; focus on its heading | -                      | -                    |
   | A, somebody types  | caller at once; waits  | left out; B waits              | -                      | -                    |
   | A, B waits         | stays                  | left out while somebody types  | B's form is asked for  | B's form is asked for|
   | A, B waits, C rings| C waits in B's place   | of B: left out                 | C's form               | C's form             |
   | B                  | stays as it is         | -                              | -                      | -                    |

   A list that stands open counts as typing, and so does, for a second, what was chosen. A draft that somebody opened by hand while typing on
   waits as B does, is called no call, and stays when other calls come to an end; B takes its place when it rings.

   Who has just sent A's ticket counts as typing until the answer is there, and, where B waits, for three seconds to read it.

   B's end, A's return and another form opened by hand end the waiting. Refuses to put a form under fingers that write another one. */
window.HL = window.HL || {};
HL.turn = (() => {
  const STILL = 1000; // ms without a key: whoever stops for so long looks up
  const ANSWER = 20000, READ = 3000; // ms: an answer that never comes holds nobody; what became of a ticket is read
  const page = document.getElementById("agent"), offer = document.getElementById("offer");
  const said = document.getElementById("offer-said"), go = document.getElementById("offer-go");
  let last = -STILL, composing = false, waits = null, timer = 0, busy = 0, still = () => {};
  const typed = (event) => event.target instanceof Element && event.target.matches("#ticket [data-typed], #ticket [data-picks], #faq-words, #faq-found *");
  const sign = (event) => { if (typed(event)) last = performance.now(); };
  for (const name of ["keydown", "input"]) page.addEventListener(name, sign, true);
  page.addEventListener("compositionstart", (event) => { composing = typed(event); }, true);
  page.addEventListener("compositionend", (event) => { composing = false; sign(event); }, true);
  page.addEventListener("focusout", () => { composing = false; }, true);

  // a list of the form that stands open: where the browser does not tell, what was done to it last does, for a while
  const TELLS = CSS.supports("selector(:open)"), OPEN = 20000;
  let opened = -OPEN;
  const list = (event) => event.target instanceof Element && event.target.matches("#ticket select");
  page.addEventListener("pointerdown", (event) => { opened = list(event) && performance.now() - opened >= OPEN ? performance.now() : -OPEN; }, true);
  page.addEventListener("keydown", (event) => {
    const opens = event.key === " " || event.key === "F4" || (event.altKey && event.key.startsWith("Arrow"));
    if (list(event)) opened = opens ? performance.now() : -OPEN;
  }, true);
  for (const name of ["change", "focusout"]) page.addEventListener(name, () => { opened = -OPEN; }, true);
  function choosing() {
    const field = document.activeElement;
    return field?.matches("#ticket select") && (TELLS ? field.matches(":open") : performance.now() - opened < OPEN) ? field : null;
  }

  const typing = () => performance.now() < busy || (!!document.getElementById("ticket") && (composing || !!choosing() || performance.now() - last < STILL));
  const began = () => { busy = performance.now() + ANSWER; };
  const ended = () => { busy = waits === null ? 0 : performance.now() + READ; look(); };
  function look() {
    clearTimeout(timer);
    if (waits === null) return;
    if (performance.now() < busy) { timer = setTimeout(look, Math.max(20, Math.min(busy - performance.now(), STILL))); return; }
    if (typing()) { timer = setTimeout(look, composing || choosing() ? STILL : Math.max(20, STILL - (performance.now() - last))); return; }
    const call = waits;
    drop();
    still(call);
  }
  function wait(call, words) {
    if (waits !== call) {
      waits = call;
      said.textContent = words;
      go.dataset.open = call;
      offer.hidden = false;
    }
    look();
  }
  function drop() { waits = null; clearTimeout(timer); offer.hidden = true; said.textContent = ""; }
  return { typing, choosing, wait, drop, waits: () => waits, began, ended, over: () => { last = -STILL; busy = 0; composing = false; }, still: (then) => { still = then; } };
})();
