// Keys, selection, copying and the palette for staff. Without it every page works by mouse or tab.
"use strict";

const rows = () => [...document.querySelectorAll("[data-row]")];
let chosen = -1;

const choose = (number) => {
  const all = rows();
  if (all.length === 0) return;
  chosen = Math.max(0, Math.min(all.length - 1, number));
  for (const row of all) row.removeAttribute("data-chosen");
  const row = all[chosen];
  row.setAttribute("data-chosen", "");
  if (row.matches("details")) {
    for (const other of all) other.open = other === row;
    row.querySelector("summary").focus({ preventScroll: true });
  } else row.querySelector("a")?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
};

// What is chosen is counted beside the commands.
const boxes = () => [...document.querySelectorAll("[data-selection] input[name=id]")];
const tell = () => {
  const told = document.querySelector("[data-chosen-count]");
  if (!told) return;
  const count = boxes().filter((box) => box.checked).length;
  const all = document.getElementById("all")?.checked;
  told.textContent = all ? "everything that matches" : count ? `${count} chosen` : "";
};
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-all-rows]")) {
    for (const box of boxes()) box.checked = event.target.checked;
  }
  tell();
});

// The palette: pages, jobs, directories and customers by their names.
const palette = document.getElementById("palette");
const found = document.getElementById("palette-found");
const words = document.getElementById("palette-q");
let looked = false;
words?.addEventListener("input", () => {
  looked = false;
});
document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx.target === found) looked = true;
});
palette?.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp" && event.key !== "Enter") return;
  const links = [...found.querySelectorAll("a")];
  const at = links.indexOf(document.activeElement);
  if (event.key === "Enter") {
    // What was typed last may not have been looked for yet: then the form itself goes there.
    const link = links[at] ?? (looked ? links[0] : undefined);
    if (!link) return;
    event.preventDefault();
    link.click();
    return;
  }
  event.preventDefault();
  const next = at + (event.key === "ArrowDown" ? 1 : -1);
  (next < 0 ? words : links[Math.min(next, links.length - 1)])?.focus();
});
const openPalette = () => {
  if (palette.open) return;
  palette.showModal();
  words.value = "";
  words.dispatchEvent(new CustomEvent("look"));
};

const row = () => rows()[chosen];
const KEYS = {
  "/": () => {
    const search = document.querySelector("[data-search]");
    search?.focus();
    search?.select();
  },
  j: () => choose(chosen + 1),
  k: () => choose(chosen < 0 ? 0 : chosen - 1),
  x: () => row()?.querySelector("input[name=id]")?.click(),
  d: () => row()?.querySelector("[data-done]")?.focus(),
  "?": () => document.getElementById("keys").showModal(),
};

addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openPalette();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "Enter" && event.target.matches("summary") && row()?.contains(event.target)) {
    event.preventDefault();
    row().querySelector("[data-open]")?.click();
    return;
  }
  if (!Object.hasOwn(KEYS, event.key)) return;
  event.preventDefault();
  KEYS[event.key]();
});

// A row keeps its mark while the table around it changes.
document.addEventListener("htmx:after:swap", () => {
  if (chosen >= 0) chosen = rows().findIndex((one) => one.hasAttribute("data-chosen"));
  offerCopies();
  tell();
});

// A command asks over the page. What it did is told beside the page, which is drawn anew.
const ask = document.getElementById("ask");
document.addEventListener("htmx:after:swap", (event) => {
  const { id } = event.detail.ctx.target ?? {};
  if (id === "ask-body" && !ask.open) ask.showModal();
  if (id !== "toasts") return;
  ask.close();
  const here = new URL(location);
  for (const told of ["done", "n"]) here.searchParams.delete(told);
  const main = { target: "#main", select: "#main", selectOOB: "#side-nav:outerMorph", swap: "outerMorph" };
  htmx.ajax("GET", here.pathname + here.search, main);
});
ask?.addEventListener("click", (event) => {
  if (!event.target.closest("a.button")) return;
  event.preventDefault();
  event.stopPropagation();
  ask.close();
}, { capture: true });

document.addEventListener("click", (event) => {
  const copied = event.target.closest("[data-copy]");
  if (copied) {
    navigator.clipboard.writeText(copied.dataset.copy).then(() => {
      copied.dataset.copied = "";
      copied.setAttribute("aria-label", "Copied");
    });
    return;
  }
  const row = event.target.closest("tr[data-row]");
  if (!row || event.target.closest("a, button, input, label") || String(getSelection())) return;
  row.querySelector("a")?.click();
});

const offerCopies = () => {
  for (const button of document.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;
};
offerCopies();
for (const dialog of document.querySelectorAll("dialog")) {
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
}
tell();
