"use strict";
/* What happens reaches the pages of supervision: the stream of events makes what is shown load anew, at once, but not more often than
   every two seconds, and until it has loaded two seconds after the last event; every five seconds when the stream is away; clocks; charts, drawn from the tables beneath them. Refuses to draw anything else. */
(() => {
  const by = (id) => document.getElementById(id);
  const now = by("now"), notice = by("stream");

  // ---- the stream
  const TOPICS = ["lines", "queue", "cascades", "figures", "tickets"];
  // CALM: what is loaded may have been counted so long before
  const CALM = 2000, POLL = 5000, ALWAYS = 60000;
  let polling = 0, planned = 0, told = -CALM, loaded = -CALM;
  const plan = () => { planned ||= setTimeout(load, Math.max(0, loaded + CALM - performance.now())); };
  const soon = () => { told = performance.now(); plan(); };
  function load() {
    planned = 0;
    loaded = performance.now();
    htmx.trigger(document.body, "hl-now");
    if (loaded - told < CALM) plan();
  }
  function out() { clearInterval(polling); by("out").hidden = false; }
  function back() { clearInterval(polling); polling = 0; notice.hidden = true; soon(); }
  function away() { notice.hidden = false; polling ||= setInterval(load, POLL); }
  if (now) {
    // a page instead of a piece is a fault, or the door: what is shown stays
    document.body.addEventListener("htmx:beforeSwap", (event) => {
      if (/^\s*<!doctype/i.test(event.detail.xhr.responseText)) event.detail.shouldSwap = false;
      if (event.detail.xhr.status === 401) out();
    });
    document.body.addEventListener("htmx:afterSettle", HL.tick);
    setInterval(load, ALWAYS);
    HL.stream({
      path: `/desk/events?topics=${TOPICS.join()}&`, position: notice.dataset.position, topics: TOPICS, heard: soon, back, away, out,
    });
  }

  // ---- charts
  // told apart by who sees colours otherwise (Okabe and Ito), and by the table in any case
  const COLOURS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#7a7a7a", "#b8a800", "#5d3a9b", "#8c510a"];
  const MOST = 10, drawn = new Map();
  const slices = (room) => Array.from(room.querySelectorAll("[data-slice]"), (row) => ({
    name: row.querySelector("th").textContent, count: Number(row.dataset.slice),
  }));
  function draw(room, kind) {
    const found = slices(room), canvas = room.querySelector("canvas"), style = getComputedStyle(document.body);
    drawn.get(room)?.destroy();
    const text = style.color, bar = kind === "bar", flat = bar && found.length > 6 && room.dataset.chart === "pie";
    canvas.parentElement.classList.toggle("chart-long", flat);
    drawn.set(room, new Chart(canvas, {
      type: kind,
      data: {
        labels: found.map((one) => one.name),
        datasets: [{ data: found.map((one) => one.count), backgroundColor: bar ? COLOURS[0] : found.map((_, n) => COLOURS[n % MOST]) }],
      },
      options: {
        animation: false, responsive: true, maintainAspectRatio: false, locale: document.documentElement.lang, color: text,
        indexAxis: flat ? "y" : "x",
        font: { family: style.fontFamily },
        plugins: { legend: { display: !bar, position: "bottom", labels: { color: text, boxWidth: 14 } } },
        scales: bar ? { x: { ticks: { color: text, precision: 0 }, beginAtZero: true }, y: { ticks: { color: text, precision: 0 }, beginAtZero: true } } : {},
      },
    }));
    for (const one of room.querySelectorAll("[data-kind]")) one.setAttribute("aria-pressed", String(one.dataset.kind === kind));
    canvas.dataset.drawn = kind;
  }
  if (window.Chart) {
    for (const room of document.querySelectorAll("[data-chart]")) {
      if (!room.querySelector("canvas")) continue;
      room.querySelector(".chart-room").hidden = false;
      room.querySelector("[data-kinds]").hidden = false;
      for (const one of room.querySelectorAll("[data-kind]")) one.addEventListener("click", () => draw(room, one.dataset.kind));
      draw(room, room.dataset.chart);
    }
  }
})();
