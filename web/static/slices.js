"use strict";
/* How slices of a pie are told apart, at the desk and on televisions: ten colours, dark and light in turn, an outline, and a number on each
   slice, which stands before its name too. Refuses to tell anything by its hue alone. */
window.HL = window.HL || {};
(() => {
  // by turns dark and light: neighbours differ in grey, too
  const COLOURS = ["#0062a3", "#f2c744", "#006b4f", "#8fd0f5", "#a3300b", "#eab5d3", "#4b2a86", "#b7d968", "#55524f", "#f3dcb5"];
  const REST = "#c3c8cf", DARK = "#10151f", LIGHT = "#ffffff";
  const colour = (one, n) => (one.rest ? REST : COLOURS[n % COLOURS.length]);
  const ink = (one, n) => (one.rest || n % 2 ? DARK : LIGHT);
  /* a plugin of Chart.js for a pie of these slices: the number of each that has room for it */
  const numbers = (shown) => ({
    id: "numbers",
    afterDatasetsDraw(chart) {
      const context = chart.ctx;
      context.save();
      context.textAlign = "center";
      context.textBaseline = "middle";
      chart.getDatasetMeta(0).data.forEach((arc, n) => {
        const size = Math.max(11, arc.outerRadius * 0.13), far = arc.outerRadius * 0.86, wide = arc.endAngle - arc.startAngle;
        if (wide * far < size) return;
        const middle = arc.startAngle + wide / 2, whole = wide > 6.28 ? 0 : far;
        context.font = `700 ${size}px ${getComputedStyle(document.body).fontFamily}`;
        context.fillStyle = ink(shown[n], n);
        context.fillText(String(n + 1), arc.x + Math.cos(middle) * whole, arc.y + Math.sin(middle) * whole);
      });
      context.restore();
    },
  });
  /* what a pie of these `{ name, number, rest }` is made of, with lines between them in this colour */
  const pie = (shown, line) => ({
    labels: shown.map((one, n) => `${n + 1}. ${one.name}`),
    datasets: [{ data: shown.map((one) => one.number), backgroundColor: shown.map(colour), borderColor: line, borderWidth: 2 }],
  });
  HL.slices = { colour, ink, numbers, pie, first: COLOURS[0] };
})();
