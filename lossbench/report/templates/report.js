"use strict";

// Tables sort by a click on a heading, or by the keys that press a button.
for (const table of document.querySelectorAll("table.sortable")) {
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const ascending = heading.getAttribute("aria-sort") !== "ascending";
      headings.forEach((other) => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", ascending ? "ascending" : "descending");
      sort(table.tBodies[0], column, heading.dataset.sort === "number", ascending ? 1 : -1);
    });
  });
}

function sort(body, column, numeric, sign) {
  const rows = [...body.rows].map((row) => {
    const cell = row.cells[column];
    return [cell.dataset.value ?? cell.textContent, row];
  });
  rows.sort(([a], [b]) => {
    if (a === "" || b === "") return (a === "") - (b === ""); // no figure: last either way
    return sign * (numeric ? a - b : a.localeCompare(b, "en", { numeric: true }));
  });
  body.append(...rows.map(([, row]) => row));
}

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
