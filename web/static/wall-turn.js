"use strict";
/* A television with charts: turns its pages by itself, figures and then chart after chart, each as a pie and as bars, or as columns; the arrows
   turn it by hand, the space bar holds it for ten minutes: a key that somebody touched while cleaning stops it for no longer. Refuses to
   draw what is old as if it were new: wall.js says so above, on each page. */
(() => {
  const by = (id) => document.getElementById(id);
  const room = by("main"), figures = by("figures"), place = by("chart"), bars = by("bars"), drawn = by("drawn"), said = place.dataset;
  const EVERY = Number(said.turn) * 1000, HELD = 600000, TURNS = { ArrowRight: 1, ArrowLeft: -1 };
  let charts = JSON.parse(said.charts), at = 0, there = "", pie = null, planned = 0, held = false;

  // null is the page of figures
  const pages = () => (said.shows === "both" ? [null, ...charts] : charts);
  const made = (name, kind, text = "") => {
    const one = document.createElement(name);
    if (kind) one.className = kind;
    one.textContent = text;
    return one;
  };

  function row(one, n, most, kind) {
    const line = made("li"), name = made("span", "wall-name", one.name), count = made("span", "wall-count", one.said);
    const bar = made("span", "wall-bar"), length = bar.appendChild(made("span"));
    length.style[kind === "bar" ? "height" : "width"] = `${(100 * one.number) / (most || 1)}%`;
    if (kind === "bar") {
      line.append(count, bar, name);
      return line;
    }
    const key = made("span", "wall-key", String(n + 1));
    key.style.background = HL.slices.colour(one, n);
    key.style.color = HL.slices.ink(one, n);
    line.append(key, name, count, made("span", "wall-share", one.share), bar);
    return line;
  }

  function draw(one) {
    const most = Math.max(...one.slices.map((each) => each.number)), style = getComputedStyle(document.body);
    const total = said.total.replace("{number}", one.total);
    by("chart-name").textContent = one.name;
    by("chart-total").textContent = one.kind === "bar" ? said.weeks.replace("{number}", one.total) : total;
    drawn.hidden = !one.slices.length;
    by("nothing").hidden = !drawn.hidden;
    drawn.className = one.kind === "bar" ? "wall-columns" : "";
    place.dataset.page = one.id;
    bars.replaceChildren(...one.slices.map((each, n) => row(each, n, most, one.kind)));
    pie?.destroy();
    pie = null;
    if (one.kind === "pie" && one.slices.length) {
      pie = new Chart(by("pie"), {
        type: "pie",
        data: HL.slices.pie(one.slices, style.color),
        plugins: [HL.slices.numbers(one.slices)],
        options: { animation: false, responsive: true, maintainAspectRatio: false, events: [], layout: { padding: 3 }, plugins: { legend: { display: false }, tooltip: { enabled: false } } },
      });
    }
    fit();
  }
  function fit() {
    if (place.hidden) return;
    const rows = bars.children, bottom = (one) => one.getBoundingClientRect().bottom, top = (one) => one.getBoundingClientRect().top;
    const cut = () => [...bars.querySelectorAll(".wall-count, .wall-name")].some((one) => one.scrollWidth > one.clientWidth + 1);
    HL.shrink(bars, () => rows.length && (bottom(rows[rows.length - 1]) - top(rows[0]) > bars.clientHeight + 1 || cut()));
  }

  function paint() {
    const all = pages();
    at %= all.length;
    figures.hidden = !!all[at];
    place.hidden = !all[at];
    // what stands there is not drawn anew every five seconds for weeks
    const wanted = JSON.stringify(all[at]);
    if (!all[at]) HL.fit();
    else if (wanted !== there) draw(all[at]);
    else fit();
    if (all[at]) there = wanted;
  }
  function plan() {
    clearTimeout(planned);
    planned = setTimeout(turn, held ? HELD : EVERY, 1);
  }
  function turn(step, byHand) {
    if (!place.isConnected) return;
    if (!byHand) held = false;
    at = (at + step + pages().length) % pages().length;
    paint();
    plan();
  }

  room.addEventListener("hl-wall", (event) => {
    charts = event.detail.charts;
    paint();
  });
  addEventListener("keydown", (event) => {
    if (event.key === " ") { held = !held; plan(); event.preventDefault(); }
    else if (event.key in TURNS) turn(TURNS[event.key], true);
  });
  addEventListener("resize", fit);
  document.fonts.ready.then(fit);
  addEventListener("DOMContentLoaded", () => { paint(); plan(); });
})();
