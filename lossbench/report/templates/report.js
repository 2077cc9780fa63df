"use strict";

// Tables: DataTables sorts them, and searches the long ones. What is empty comes last either way.
const order = (sign) => (a, b) =>
  a === "" || b === "" ? (a === "") - (b === "") : sign * (a - b);
DataTable.type("figure", "order", { asc: order(1), desc: order(-1) });
for (const table of document.querySelectorAll("table[data-searching]")) {
  // Hundreds of tables would take seconds; those that are folded wait until they are opened.
  const folded = table.closest("details:not([open])");
  if (folded) folded.addEventListener("toggle", () => makeSortable(table), { once: true });
  else makeSortable(table);
}

function makeSortable(table) {
  const top = table.dataset.searching === "true" ? ["search", "info"] : null;
  const container = new DataTable(table, {
    autoWidth: false,
    columnDefs: [{ targets: "_all", orderSequence: ["asc", "desc"] }],
    language: {
      search: "Filter", info: "_TOTAL_ of _MAX_", infoEmpty: "0 of _MAX_", infoFiltered: "",
      zeroRecords: "No row has these words.",
    },
    layout: { topStart: top, topEnd: null, bottomStart: null, bottomEnd: null },
    order: [],
    paging: false,
  }).table().container();
  // The filter stays in sight where the rows scroll.
  container.closest(".long")?.before(container.firstElementChild);
  // A button answers the space bar, too; theirs knows only the enter key.
  container.addEventListener("keydown", (event) => {
    if (event.key !== " " || event.target.role !== "button") return;
    event.preventDefault();
    event.target.click();
  });
}

// Curves: uPlot draws them where they come into sight, in place of their pictures.
const PARTS = ["train", "test"];
const BAND = "band";
const charts = new Map();
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const seen = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    drawChart(target);
  }
}, { rootMargin: "300px" });
const resized = new ResizeObserver((entries) => {
  for (const { target } of entries) charts.get(target).setSize(size(target));
});

for (const group of document.querySelectorAll(".panels")) {
  const switches = document.createElement("p");
  switches.className = "switches";
  for (const name of [...PARTS, BAND]) {
    const label = document.createElement("label");
    const box = document.createElement("input");
    Object.assign(box, { type: "checkbox", checked: true, name });
    label.className = name;
    label.append(box, ` ${name}`);
    switches.append(label);
  }
  switches.addEventListener("change", () => {
    for (const figure of group.children) {
      const chart = charts.get(figure);
      shown(group).forEach((show, it) => it && chart && chart.setSeries(it, { show }));
    }
  });
  group.before(switches);
  for (const figure of group.children) seen.observe(figure);
}

// Which series are shown: the epochs, and of each part the median and both ends of the band.
function shown(group) {
  const on = (name) => group.previousElementSibling.querySelector(`[name=${name}]`).checked;
  const ofPart = (name) => [on(name), on(name) && on(BAND), on(name) && on(BAND)];
  return [true, ...PARTS.flatMap(ofPart)];
}

function size(figure) {
  return { width: figure.clientWidth, height: 200 };
}

function drawChart(figure) {
  const data = JSON.parse(figure.querySelector("script").textContent);
  const visible = shown(figure.parentElement);
  const isMedian = (series) => series % 3 === 1;
  const axis = {
    stroke: () => colour("--ink"),
    grid: { stroke: () => colour("--grid"), width: 1 },
    ticks: { show: false },
    font: "11px system-ui, sans-serif",
    values: (_, ticks) => ticks.map((it) => (it === null ? "" : String(+it.toPrecision(6)))),
  };
  const line = (name, median) => ({
    stroke: () => colour(`--${name}`),
    width: median ? 1.5 : 0,
    points: { show: median && data.epochs.length === 1 },
  });
  const series = [{}, ...PARTS.flatMap((it) => [line(it, true), line(it), line(it)])];
  series.forEach((it, place) => (it.show = visible[place]));
  const told = document.createElement("p");
  told.className = "told";
  const tell = (chart) => {
    const place = chart.cursor.idx ?? data.epochs.length - 1;
    const parts = PARTS.map((it) => {
      const [median, low, high] = data.parts[it].map((values) => values[place] ?? "none");
      return `${it} ${median} [${low}, ${high}]`;
    });
    const seeds = data.seeds[place];
    told.textContent =
      `Epoch ${data.epochs[place]}: ${parts.join(", ")}; ${seeds} seed${seeds === 1 ? "" : "s"}`;
    chart.root.setAttribute("aria-valuenow", data.epochs[place]);
  };
  const heading = document.createElement("p");
  heading.className = "heading";
  heading.textContent = figure.dataset.label;
  figure.append(heading);
  const chart = new uPlot({
    ...size(figure),
    series,
    bands: PARTS.map((it, place) => ({
      series: [3 * place + 3, 3 * place + 2],
      fill: () => `${colour(`--${it}`)}33`,
    })),
    scales: {
      x: { time: false, range: () => [1, data.longest] },
      y: { range: () => data.limits, distr: data.log ? 3 : 1 },
    },
    axes: [
      { ...axis, size: 28 },
      { ...axis, size: 52, splits: () => data.ticks, filter: (_, ticks) => ticks },
    ],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      points: { size: (_, it) => (isMedian(it) ? 7 : 0) },
      sync: { key: figure.parentElement.dataset.name },
    },
    hooks: { setCursor: [tell] },
  }, [data.epochs, ...PARTS.flatMap((it) => data.parts[it])], figure);
  figure.append(told);
  figure.classList.add("live");
  charts.set(figure, chart);
  resized.observe(figure);
  addKeys(chart, told, data.epochs, figure.querySelector("svg").getAttribute("aria-label"));
  tell(chart);
}

// The arrow keys move a chart's cursor, and what it tells is read out.
function addKeys(chart, told, epochs, label) {
  const last = epochs.length - 1;
  const attributes = {
    role: "slider", tabindex: 0, "aria-label": label,
    "aria-valuemin": epochs[0], "aria-valuemax": epochs[last],
  };
  for (const [name, value] of Object.entries(attributes)) chart.root.setAttribute(name, value);
  const move = (place) => {
    const left = chart.valToPos(epochs[place], "x");
    chart.setCursor({ left, top: chart.over.clientHeight / 2 }, true, true);
  };
  chart.root.addEventListener("keydown", (event) => {
    const now = chart.cursor.idx ?? last;
    const to = {
      ArrowLeft: now - 1, ArrowRight: now + 1, PageUp: now - 10, PageDown: now + 10,
      Home: 0, End: last,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    move(Math.max(0, Math.min(last, to)));
  });
  chart.root.addEventListener("focus", () => told.setAttribute("aria-live", "polite"));
  chart.root.addEventListener("blur", () => {
    told.removeAttribute("aria-live");
    chart.setCursor({ left: -10, top: -10 }, true, true);
  });
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const chart of charts.values()) chart.redraw();
});

// A link to an experiment opens it.
function open() {
  const target = document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) {
    target.open = true;
    target.scrollIntoView();
  }
}
addEventListener("hashchange", open);
open();

// Paper cannot be clicked.
let closed = [];
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")];
  for (const it of closed) it.open = true;
});
addEventListener("afterprint", () => {
  for (const it of closed) it.open = false;
});
