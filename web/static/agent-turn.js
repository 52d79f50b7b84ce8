"use strict";
/* Who is typing into a form is let finish: whether a key came into it just now, and the call that waits meanwhile, offered with its
   number. What happens when, by what the form shows (A: another call, or none) and whether a key came within a second (typing):

   | now                | B rings                | the answer with B's form comes | a second without a key | the offer is pressed |
   |--------------------|------------------------|--------------------------------|------------------------|----------------------|
   | A, nobody types    | B's form is asked for  | B's form; focus on its heading | -                      | -                    |
   | A, somebody types  | caller at once; waits  | left out; B waits              | -                      | -                    |
   | A, B waits         | stays                  | left out while somebody types  | B's form is asked for  | B's form is asked for|
   | A, B waits, C rings| C waits in B's place   | of B: left out                 | C's form               | C's form             |
   | B                  | stays as it is         | -                              | -                      | -                    |

   Who has just sent A's ticket counts as typing until the answer is there, and, where B waits, for three seconds to read it.

   B's end, A's return and another form opened by hand end the waiting. Refuses to put a form under fingers that write another one. */
window.HL = window.HL || {};
HL.turn = (() => {
  const STILL = 1000; // ms without a key: whoever stops for so long looks up
  const ANSWER = 20000, READ = 3000; // ms: an answer that never comes holds nobody; what became of a ticket is read
  const page = document.getElementById("agent"), offer = document.getElementById("offer");
  const said = document.getElementById("offer-said"), go = document.getElementById("offer-go");
  let last = -STILL, composing = false, waits = null, timer = 0, busy = 0, still = () => {};
  const typed = (event) => event.target instanceof Element && event.target.matches("#ticket [data-typed]");
  const sign = (event) => { if (typed(event)) last = performance.now(); };
  for (const name of ["keydown", "input"]) page.addEventListener(name, sign, true);
  page.addEventListener("compositionstart", (event) => { composing = typed(event); }, true);
  page.addEventListener("compositionend", (event) => { composing = false; sign(event); }, true);
  page.addEventListener("focusout", () => { composing = false; }, true);

  const typing = () => performance.now() < busy || (!!document.getElementById("ticket") && (composing || performance.now() - last < STILL));
  const began = () => { busy = performance.now() + ANSWER; };
  const ended = () => { busy = waits === null ? 0 : performance.now() + READ; look(); };
  function look() {
    clearTimeout(timer);
    if (waits === null) return;
    if (performance.now() < busy) { timer = setTimeout(look, Math.max(20, Math.min(busy - performance.now(), STILL))); return; }
    if (typing()) { timer = setTimeout(look, composing ? STILL : Math.max(20, STILL - (performance.now() - last))); return; }
    const call = waits;
    drop();
    still(call);
  }
  function wait(call, number) {
    if (waits !== call) {
      waits = call;
      said.textContent = page.dataset.offer.replace("{number}", number);
      go.dataset.open = call;
      offer.hidden = false;
    }
    look();
  }
  function drop() { waits = null; clearTimeout(timer); offer.hidden = true; said.textContent = ""; }
  return { typing, wait, drop, waits: () => waits, began, ended, over: () => { last = -STILL; busy = 0; composing = false; }, still: (then) => { still = then; } };
})();
