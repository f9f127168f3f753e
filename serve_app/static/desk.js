// Keys for the staff's queue: / searches, j and k move through the rows, Enter opens one.
"use strict";

const rows = () => [...document.querySelectorAll("[data-row]")];
let chosen = -1;

const choose = (number) => {
  const all = rows();
  if (all.length === 0) return;
  chosen = Math.max(0, Math.min(all.length - 1, number));
  for (const row of all) row.removeAttribute("data-chosen");
  all[chosen].setAttribute("data-chosen", "");
  all[chosen].querySelector("a")?.focus({ preventScroll: true });
  all[chosen].scrollIntoView({ block: "nearest" });
};

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "/") {
    const search = document.querySelector("[data-search]");
    if (!search) return;
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.key === "j") choose(chosen + 1);
  else if (event.key === "k") choose(chosen < 0 ? 0 : chosen - 1);
});

document.addEventListener("fragment", () => {
  if (chosen >= 0) rows()[chosen]?.setAttribute("data-chosen", "");
});

document.addEventListener("click", (event) => {
  const row = event.target.closest("[data-row]");
  if (!row || event.target.closest("a, button, input") || String(getSelection())) return;
  row.querySelector("a")?.click();
});
