// What makes pages handier; they are complete without it.
"use strict";
addEventListener("keydown", (event) => {
  const field = document.getElementById("q");
  if (event.key === "/" && field && !/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) {
    event.preventDefault();
    field.focus();
  }
});
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = "Copied";
  });
}
document.querySelector(".top [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
const key = (row, column, numeric) => {
  const cell = row.cells[column];
  const text = cell.dataset.sort || cell.textContent.trim();
  return numeric ? (text === "" ? NaN : Number(text.replace(/[^0-9.eE+-]/g, ""))) : text;
};
for (const table of document.querySelectorAll(".panel table, main > .scroll table")) {
  if (table.tBodies[0].rows.length < 3 || table.matches(".compared")) continue;
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      const numeric = head.classList.contains("n");
      const rows = [...table.tBodies[0].rows].map((row) => [key(row, column, numeric), row]);
      const empty = (value) => value === "" || Number.isNaN(value);
      rows.sort(([one], [other]) => {
        if (empty(one) || empty(other)) return empty(one) - empty(other);
        const order = numeric ? one - other : one.localeCompare(other);
        return down ? -order : order;
      });
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      table.tBodies[0].append(...rows.map(([, row]) => row));
    });
  });
}
