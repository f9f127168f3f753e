// What is written where? One walk over the drawn tree gives, in document order, runs of text and
// everything that can be filled in or pressed.

const NEVER_READ = new Set(["script", "style", "noscript", "template", "head", "object", "canvas", "video", "audio"]);
const INLINE = new Set(
  "a abbr b bdi bdo cite code del dfn em font i ins kbd mark q s samp small span strong sub sup time tt u var wbr".split(" "),
);
const FIELD = "input, select, textarea, [contenteditable=''], [contenteditable=true], [contenteditable=plaintext-only], [role=combobox], [role=listbox][tabindex][aria-expanded], [role=listbox][tabindex][aria-haspopup], [role=textbox], [role=checkbox], [role=switch], [role=radio], [role=spinbutton]";
const PRESSED = "button, input[type=submit], input[type=button], input[type=image], input[type=reset], [role=button], summary";
const PRESS_TYPES = new Set(["submit", "button", "image", "reset"]);

function isField(el) {
  const tag = el.localName;
  if (tag === "input") return !PRESS_TYPES.has(el.type);
  if (tag === "select" || tag === "textarea") return true;
  if (isListButton(el)) return true;
  if (!el.hasAttribute("role") && !el.hasAttribute("contenteditable")) return false;
  if (!el.matches(FIELD)) return false;
  const outer = parentOf(el);
  return !(outer && outer.isContentEditable);
}

// A button that opens a list of choices is a question, unless it only belongs to a box beside it.
function isListButton(el) {
  return el.localName === "button" && attr(el, "aria-haspopup") === "listbox" && !el.parentElement?.querySelector("input:not([type=hidden]), select, [role=combobox]");
}

function isButton(el) {
  if (isListButton(el)) return false;
  if (el.localName === "button" || el.localName === "input") return el.matches(PRESSED);
  return attr(el, "role") === "button";
}

// Component libraries give their elements a childNodes of their own that leaves parts out; a form's
// input of that name hides it as well.
const childrenOf = Object.getOwnPropertyDescriptor(Node.prototype, "childNodes").get;

function* drawnChildren(el) {
  if (el.shadowRoot) yield* childrenOf.call(el.shadowRoot);
  else if (el.localName === "slot" && el.assignedNodes().length) yield* el.assignedNodes({ flatten: true });
  else yield* childrenOf.call(el);
}

// The walk's harvest. `runs`: {text, el, at, shown, label}; `fields`, `buttons`, `links`, `forms`,
// `frames`, `headings`, `notices`: elements in order; `at`: element → place in the order.
function readTree(root, clock, mostFields) {
  const seen = {
    runs: [], fields: [], buttons: [], links: [], forms: [], frames: [], headings: [], hosts: [],
    elements: [], at: new Map(), chain: new Map(), captions: new Map(), caption: null, place: 0, truncated: false, levels: [],
  };
  let run = null;
  const close = () => { run = null; };
  const visitText = (node, el, context) => {
    const words = node.nodeValue;
    if (!/\S/.test(words)) { if (run) run.text += " "; return; }
    if (run && run.context === context && run.shown === isTextShown(el, node)) { run.text += words; return; }
    run = { text: words, el, node, at: seen.place++, shown: isTextShown(el, node), label: context.label, context };
    seen.runs.push(run);
  };
  const visit = (el, context, depth) => {
    const full = seen.fields.length > mostFields || (seen.place++ % 128 === 0 && clock.late(0.5));
    if (depth > 200 || full) { seen.truncated = true; return; }
    const tag = el.localName;
    if (NEVER_READ.has(tag)) return;
    seen.elements.push(el);
    const inline = INLINE.has(tag);
    if (!inline) close();
    const inner = noteElement(el, tag, context, seen);
    if (inner) {
      for (const child of drawnChildren(el)) {
        if (child.nodeType === 3) visitText(child, el, inner);
        else if (child.nodeType === 1) visit(child, inner, depth + 1);
        if (seen.truncated) return;
      }
    }
    if (!inline) close();
  };
  visit(root, { label: null, heading: null, button: null }, 0);
  if (seen.truncated) seen.buttons.push(...[...document.querySelectorAll(PRESSED)].filter((b) => !seen.at.has(b)).slice(-40));
  for (const r of seen.runs) r.text = folded(r.text, 600);
  seen.runs = seen.runs.filter((r) => r.text);
  return seen;
}

// Files one element; the context for what is inside it, or null if its inside is not to be read.
function noteElement(el, tag, context, seen) {
  seen.at.set(el, seen.place++);
  if (el.shadowRoot) seen.hosts.push(el);
  if (tag === "form") seen.forms.push(el);
  if (tag === "iframe" || tag === "frame") { seen.frames.push(el); return null; }
  if (isField(el)) {
    seen.fields.push(el);
    seen.chain.set(el, seen.levels.slice());
    if (seen.caption && isHeadedBy(el, seen.caption)) seen.captions.set(el, seen.caption.el);
    return tag === "select" || tag === "textarea" || el.isContentEditable || el.localName === "input" ? null : { ...context, field: el };
  }
  if (isButton(el)) {
    seen.buttons.push(el);
    addCaption(el, seen);
    return { ...context, button: el };
  }
  if (tag === "a") { seen.links.push(el); return context; }
  if (tag === "label") return { ...context, label: el };
  const level = headingLevel(el, tag);
  if (level) {
    seen.headings.push(el);
    while (seen.levels.length && seen.levels[seen.levels.length - 1].level >= level) seen.levels.pop();
    seen.levels.push({ level, el });
    return { ...context, heading: el };
  }
  addCaption(el, seen);
  return tag === "svg" ? null : context;
}

// A line of words that heads a part of a form without being called a heading: it looks like others
// of its kind, or opens what is below, and two fields at least stand between it and the next one.
// It heads no more than that part: `until` is the first element that it does not head.
function addCaption(el, seen) {
  if (!CAPTION.has(el.localName) || !el.nextElementSibling || el.childElementCount > 2) return;
  const opens = el.hasAttribute("aria-expanded");
  if (!opens && !attr(el, "class")) return;
  const said = (el.textContent || "").trim();
  if (said.length < 3 || said.length > 70 || el.querySelector("input, select, textarea, label, a[href]")) return;
  const alike = (other) => other.localName === el.localName && attr(other, "class") === attr(el, "class");
  let fields = 0;
  let next = el.nextElementSibling;
  let last = null;
  while (next && !alike(next)) {
    const own = next.matches(ASKED) ? 1 : next.querySelectorAll(ASKED).length;
    // After the last of its kind, only what follows at once belongs to it.
    if (own && !last) last = next;
    fields += own;
    next = next.nextElementSibling;
  }
  const several = [...el.parentElement.children].some((other) => other !== el && alike(other) && (other.textContent || "").trim().length < 71);
  if (fields < 2 || !(opens || several)) return;
  const until = next || last.nextElementSibling || null;
  seen.caption = { el, until, within: el.parentElement };
}

function isHeadedBy(el, { until, within }) {
  const over = until && (contains(until, el) || until.compareDocumentPosition(el) & Node.DOCUMENT_POSITION_FOLLOWING);
  return !over && contains(within, el);
}

const CAPTION = new Set(["div", "p", "span", "strong", "b", "button", "a"]);
const ASKED = "input:not([type=hidden]):not([type=submit]):not([type=button]), select, textarea";

const TITLE_CLASS = /(^|[-_])(section|panel|card|group|form|step|box|block|fieldset)[-_]?(_{0,2})(title|heading|header|head|legend)$/i;

function headingLevel(el, tag) {
  if (/^h[1-6]$/.test(tag)) return Number(tag[1]);
  if (attr(el, "role") === "heading") return Number(attr(el, "aria-level")) || 2;
  const name = attr(el, "class");
  if (name && el.childElementCount < 4 && name.split(/\s+/).some((c) => TITLE_CLASS.test(c))) return 5;
  return 0;
}

function isTextShown(el, node) {
  if (!isRendered(el, { opacityProperty: true, visibilityProperty: true })) return false;
  const box = boxOf(el);
  if (box.width > 2 && box.height > 2) return box.right + scrollX > 0 && box.bottom + scrollY > 0;
  const range = document.createRange();
  range.selectNodeContents(node);
  const drawn = range.getBoundingClientRect();
  return drawn.width > 2 && drawn.height > 2 && getComputedStyle(el).overflow !== "hidden";
}

// An element's own words: no values, options, scripts, buttons. Hidden parts count only if the
// whole is hidden (a screen reader's label is a label).
function wordsOf(el, most, shownOnly) {
  const onlyShown = shownOnly || el.checkVisibility();
  let text = "";
  const take = (node) => {
    if (text.length > most * 2) return;
    if (node.nodeType === 3) { text += node.nodeValue; return; }
    if (node.nodeType !== 1) return;
    const tag = node.localName;
    if (NEVER_READ.has(tag) || tag === "select" || tag === "textarea" || (tag === "button" && node !== el) || tag === "svg" || tag === "iframe") return;
    if (node !== el && onlyShown && !isRendered(node)) return;
    if (node !== el && attr(node, "role") === "listbox") return;
    if (node !== el && node.isContentEditable) return;
    const inline = INLINE.has(tag);
    if (!inline) text += " ";
    for (const child of drawnChildren(node)) take(child);
    if (!inline) text += " ";
  };
  take(el);
  return folded(text, most);
}

// The visible words of the page, a line a run.
function textOf(runs, most) {
  let text = "";
  for (const run of runs) {
    if (!run.shown) continue;
    if (text.length + run.text.length + 1 > most) break;
    text += (text ? "\n" : "") + run.text;
  }
  return text;
}
