// What a widget has opened: the choices on show, and the box to type into.
// Runs with look/registry.js, look/visible.js and act/fill.js before it.

const CHOICE = "[role=option], [role=treeitem], [role=menuitem][aria-haspopup], [role=menuitemradio], [role=menuitemcheckbox], [role=menu] > [role=menuitem], .select2-results__option, .chosen-results > li, .ts-dropdown [data-selectable], .selectize-dropdown [data-selectable], .choices__item--choice, .choices__list--dropdown [data-choice], .nice-select .option, .ui-menu-item, .ui-selectmenu-menu li, .mat-option, .dropdown-item, .tagify__dropdown__item, .pac-item, .multiselect__element, .vs__dropdown-option, .el-select-dropdown__item, .ant-select-item-option";
const LIST = "[role=listbox], [role=menu], [class*=dropdown], [class*=options], [class*=results], [class*=menu], [class*=suggest], [class*=list]";
const CREATES = /(^|[-_ ])(create|creatable|add-?new|new-?tag|add-?tag)([-_ ]|$)/i;
const NO_CHOICE = /(^|[-_ ])(no-?results?|loading|message|searching|placeholder|disabled|empty|notice)([-_ ]|$)/i;

// The choices on show for a widget: those of the list that it names, else its own, else any open one.
// `known`: what stood open in the document before; another widget's, and never to be taken.
function choices({ number, known }) {
  const el = elementOf(number);
  if (!el) return [];
  const { skin } = partsOf(el);
  const root = el.getRootNode();
  const active = root.activeElement;
  for (const box of [...lists([active, skin, el], root), skin, besides(skin), document]) {
    if (!box) continue;
    const shown = choicesIn(box, el).filter((o) => box !== document || !known.includes(o.number));
    if (!shown.length) continue;
    if (!shown.some((o) => o.leads)) return shown;
    // A branch that opens stands beside the list that it belongs to.
    const own = new Set(shown.map((o) => o.number));
    return shown.concat(choicesIn(document, el).filter((o) => !own.has(o.number) && !known.includes(o.number)));
  }
  return [];
}

// What is around a widget and belongs to nothing else: some lists open there, without a word of it.
function besides(skin) {
  const around = skin && skin.parentElement;
  return around && around.localName !== "form" && around.querySelectorAll("input:not([type=hidden]), select, textarea").length === 1 ? around : null;
}

// The numbers of all choices on show anywhere: chosen items of other widgets among them.
function onShow() {
  return choicesIn(document, document.body).map((o) => o.number);
}

function lists(owners, root) {
  const named = [];
  for (const owner of owners) {
    if (!owner) continue;
    for (const part of [owner, ...owner.querySelectorAll("[aria-controls], [aria-owns]")]) {
      for (const name of ["aria-controls", "aria-owns"]) {
        for (const id of attr(part, name).split(/\s+/)) if (id) named.push(root.getElementById?.(id) || document.getElementById(id));
      }
    }
  }
  return named.filter(Boolean);
}

function choicesIn(box, el) {
  let found = [...box.querySelectorAll(CHOICE)];
  if (!found.length) {
    const inner = box === document ? [] : [box, ...box.querySelectorAll(LIST)].filter((b) => isDrawn(b, 10));
    found = inner.flatMap((b) => [...b.querySelectorAll("li, [data-value], [data-option], [class*=option], [class*=list-item], [class*=listitem], [class*=list_item]")]);
  }
  return found
    .filter((o) => o !== el && o.localName !== "option" && !o.contains(el) && isDrawn(o, 4) && !isNoChoice(o))
    .slice(0, 300)
    .map((o) => ({ number: numberOf(o), text: folded(unmarked(o.innerText || ""), 200), creates: CREATES.test(attr(o, "class")), leads: leadsOn(o) }))
    .filter((o) => o.text);
}

// A choice that opens further ones: a trade's branch.
function leadsOn(el) {
  const opens = attr(el, "aria-haspopup");
  return opens ? /^(true|menu|tree)$/.test(opens) : attr(el, "role") !== "option" && attr(el, "aria-expanded") === "false";
}

function isNoChoice(el) {
  return attr(el, "aria-disabled") === "true" || el.hasAttribute("disabled") || NO_CHOICE.test(attr(el, "class"))
    || (attr(el, "aria-live") !== "" && attr(el, "role") === "alert") || /treeitem/.test(attr(el, "role")) && Boolean(el.querySelector("[role=treeitem]"));
}

// The number of the text box that is open for typing, 0 if there is none.
function typingBox(number) {
  const el = elementOf(number);
  if (!el) return 0;
  const { skin } = partsOf(el);
  let active = document.activeElement;
  while (active && active.shadowRoot && active.shadowRoot.activeElement) active = active.shadowRoot.activeElement;
  const fits = (x) => x && ((x.localName === "input" && /^(text|search|tel|url|email)$/.test(x.type) && !x.readOnly) || (x.isContentEditable && x !== document.body));
  if (fits(active) && (active === el || (skin && skin.contains(active)) || active.matches("[role=combobox], [role=searchbox], [type=search], [class*=search]"))) return numberOf(active);
  const inner = [...(skin || el).querySelectorAll("input, [contenteditable]")].find((x) => fits(x) && isShown(x));
  if (inner) return numberOf(inner);
  return fits(el) && !el.matches("select") && isShown(el) ? numberOf(el) : 0;
}

// What is clicked to open a widget.
function handle(number) {
  const el = elementOf(number);
  if (!el) return null;
  const { skin } = partsOf(el);
  if (!skin) return el;
  return skin.querySelector("[role=combobox]:not(input), .select2-selection, .chosen-single, .chosen-choices, .ts-control, .selectize-input, .choices__inner, button[aria-haspopup]") || skin;
}

const HEADER = "summary, [role=tab], [role=button], button:not([type=submit]), h1, h2, h3, h4, h5, h6, dt, legend, [class*=accordion], [class*=collaps], [class*=toggle], [class*=header], [class*=title]";

// The number of what opens the closed section that one of the controls is in; 0 if none is found.
function openerOf({ numbers, known }) {
  for (const number of numbers) {
    const el = elementOf(number);
    if (!el || isDrawn(el, 3)) continue;
    for (const box of ancestors(el, 12)) {
      if (box.localName === "form" || box === document.body) break;
      const opener = openerOfBox(box);
      if (!opener || stateOf(opener).why || contains(opener, el) || leadsAway(opener)) continue;
      const found = numberOf(opener);
      if (!known.includes(found)) return found;
    }
  }
  return 0;
}

function openerOfBox(box) {
  if (box.localName === "details" && !box.open) return box.querySelector(":scope > summary");
  if (!stateOf(box).why && boxOf(box).height >= 3) return null;
  const id = box.id && CSS.escape(box.id);
  const named = id && box.getRootNode().querySelector(`[aria-controls~="${id}"], [data-bs-target="#${id}"], [data-target="#${id}"], a[href="#${id}"]`);
  if (named) return named;
  const before = box.previousElementSibling;
  return before && before.matches(HEADER) && !before.querySelector("input:not([type=hidden]), select, textarea") ? before : null;
}

// The nearest thing to click around a control that adds another row like its own.
function adderOf({ number, words }) {
  const el = elementOf(number);
  for (const box of el ? ancestors(el, 6) : []) {
    if (box.localName === "form" || box === document.body) break;
    for (const item of box.querySelectorAll("button, a, [role=button], [onclick]")) {
      if (!isDrawn(item, 4) || leadsAway(item) || item.querySelector("input, select")) continue;
      const said = folded(item.innerText || attr(item, "aria-label") || attr(item, "title"), 60).toLowerCase();
      if (/^[+\uff0b]$/.test(said) || said.split(/[^\p{L}]+/u).some((word) => words.includes(word))) return numberOf(item);
    }
  }
  return 0;
}

function leadsAway(el) {
  const href = attr(el, "href");
  return (href !== "" && !href.startsWith("#")) || el.type === "submit";
}

// Boxes of text that have to be read to their end, after which one may agree.
function readToTheEnd(numbers) {
  let read = 0;
  for (const number of numbers) {
    const el = elementOf(number);
    const form = el && closest(el, "form");
    for (const box of (form || document).querySelectorAll("div, section, textarea, ul, ol, article")) {
      if (box.scrollHeight > box.clientHeight + 4 && box.clientHeight > 20 && /auto|scroll/.test(getComputedStyle(box).overflowY)) {
        box.scrollTop = box.scrollHeight;
        read++;
      }
    }
  }
  return read;
}

// While keys are struck or a heading is clicked, they must reach the page and never send the form.
function guard(on) {
  const key = Symbol.for("dbolt.guard");
  if (on && !window[key]) {
    const stop = (event) => { event.preventDefault(); event.stopImmediatePropagation(); };
    Object.defineProperty(window, key, { value: stop, configurable: true });
    window.addEventListener("submit", stop, true);
  } else if (!on && window[key]) {
    window.removeEventListener("submit", window[key], true);
    delete window[key];
  }
}

// A file let fall on a zone.
function drop({ number, name, type, base64 }) {
  const el = elementOf(number);
  if (!el) return;
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], name, { type }));
  for (const event of ["dragenter", "dragover", "drop"]) {
    el.dispatchEvent(new DragEvent(event, { bubbles: true, cancelable: true, composed: true, dataTransfer }));
  }
}
