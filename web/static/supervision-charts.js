"use strict";
/* Charts of the desk, drawn from the tables beneath them: as pie or as bars, anew when the tables are; a slice leads where its row leads, and
   the rest of many to its first row. Refuses to draw anything else, and to be the only way to a list: the keyboard has the table's links. */
(() => {
  if (!window.Chart) return;
  const by = (id) => document.getElementById(id);
  // of each chart by its id: what is drawn, and what was chosen
  const drawn = new Map(), chosen = new Map();

  /* the rows of the table that are drawn, and the others together */
  function shown(room, ordered) {
    const rows = Array.from(room.querySelectorAll("[data-slice]"), (row) => ({
      name: row.querySelector("th").textContent, number: Number(row.dataset.slice), link: row.querySelector("a"), rest: "rest" in row.dataset,
    }));
    const rest = rows.filter((one) => one.rest);
    if (ordered || !rest.length) return rows.map((one) => ({ ...one, rest: false }));
    const number = rest.reduce((sum, one) => sum + one.number, 0);
    return [...rows.filter((one) => !one.rest), { name: by("charts").dataset.rest, number, link: rest[0].link, rest: true }];
  }
  const open = (one) => (one.rest ? one.link.focus() : one.link.click());

  function draw(room, canvas, kind) {
    const bar = kind === "bar", ordered = bar && room.dataset.chart === "bar", found = shown(room, ordered);
    const style = getComputedStyle(document.body), text = style.color, flat = bar && !ordered && found.length > 6;
    drawn.get(canvas.id)?.destroy();
    room.querySelector("[data-kinds]").hidden = canvas.parentElement.hidden = false;
    canvas.parentElement.classList.toggle("chart-long", flat);
    const axis = { ticks: { color: text, precision: 0 }, beginAtZero: true };
    drawn.set(canvas.id, new Chart(canvas, {
      type: kind,
      data: bar
        ? { labels: found.map((one) => one.name), datasets: [{ data: found.map((one) => one.number), backgroundColor: HL.slices.first }] }
        : HL.slices.pie(found, text),
      plugins: bar ? [] : [HL.slices.numbers(found)],
      options: {
        animation: false, responsive: true, maintainAspectRatio: false, locale: document.documentElement.lang, color: text,
        indexAxis: flat ? "y" : "x",
        font: { family: style.fontFamily },
        onClick: (_, hit) => { if (hit.length) open(found[hit[0].index]); },
        onHover: (_, hit) => { canvas.classList.toggle("chart-leads", hit.length > 0); },
        plugins: {
          legend: { display: !bar, position: "bottom", labels: { color: text, boxWidth: 14 }, onClick: (_, item) => open(found[item.index]) },
        },
        scales: bar ? { x: axis, y: axis } : {},
      },
    }));
    for (const one of room.querySelectorAll("[data-kind]")) one.setAttribute("aria-pressed", String(one.dataset.kind === kind));
    canvas.dataset.drawn = kind;
  }

  function all() {
    for (const room of document.querySelectorAll("[data-chart]")) {
      const canvas = room.querySelector("canvas");
      if (canvas) draw(room, canvas, chosen.get(canvas.id) || room.dataset.chart);
    }
  }

  // after midnight a page of today is one of the next day
  let day = by("charts").dataset.day;
  function follow() {
    const now = by("charts").dataset.day, field = by("day");
    if (now === day) return;
    if (field.value === day) {
      field.value = now;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
    history.replaceState(null, "", location.pathname);
    day = now;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-kind]"), canvas = button?.closest("[data-chart]").querySelector("canvas");
    if (!canvas) return;
    chosen.set(canvas.id, button.dataset.kind);
    draw(button.closest("[data-chart]"), canvas, button.dataset.kind);
  });
  document.body.addEventListener("htmx:afterSwap", () => { follow(); all(); });
  all();
})();
