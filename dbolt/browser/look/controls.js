// What can be filled in? Groups radios and check boxes, and describes each control.

const MOST_OPTIONS = 400;
const MOST_PASSIVE = 80;

// One unit a control: {els, at, after, box, rect, hidden, standIn}. Hidden inputs come last in
// claim to a place, for a page may hold thousands.
function readUnits(seen, found, most) {
  const groups = new Map();
  const units = [];
  let passive = 0;
  for (const el of seen.fields) {
    if (found.swallowed.has(el)) continue;
    if (el.localName === "input" && el.type === "hidden" && !found.skins.has(el) && passive++ >= MOST_PASSIVE) continue;
    const key = groupKey(el);
    const unit = key && groups.get(key);
    if (unit) { unit.els.push(el); continue; }
    if (units.length >= most) { seen.truncated = true; break; }
    const fresh = { els: [el], at: seen.at.get(el), after: -1, box: null, hidden: "", standIn: null, fieldset: null };
    units.push(fresh);
    if (key) groups.set(key, fresh);
  }
  return units;
}

const keys = new WeakMap();

function groupKey(el) {
  const role = attr(el, "role");
  const kind = role === "radio" || role === "checkbox" ? role : el.localName === "input" ? el.type : "";
  if (kind !== "radio" && kind !== "checkbox") return "";
  const set = closest(el, role === "radio" && !el.name ? "[role=radiogroup]" : "form") || document.body;
  // "field[]", "field[2]" and, of check boxes, "input_7.2" are one question's choices.
  const name = (el.name || "").replace(/\[\d*\]$/, "[]").replace(kind === "checkbox" ? /(\d)\.\d+$/ : /$^/, "$1.");
  if (!name && role !== "radio") return "";
  return `${kind} ${name} ${numberOf(set)}`;
}

function placeUnits(units, look) {
  const counts = new Map();
  const sole = new Map();
  const places = [];
  for (const unit of units) {
    const passive = unit.els[0].type === "hidden";
    for (const el of unit.els) {
      if (!passive) places.push(look.seen.at.get(el));
      for (const box of ancestors(el, 25)) {
        if (!passive && el === unit.els[0]) counts.set(box, (counts.get(box) || 0) + 1);
        if (!passive) sole.set(box, sole.has(box) && sole.get(box) !== unit ? null : unit);
      }
    }
  }
  places.sort((a, b) => a - b);
  look.places = places;
  look.units = units;
  look.countIn = (box) => counts.get(box) || 0;
  for (const unit of units) {
    unit.formEl = closest(unit.els[0], "form");
    const before = places.filter((p) => p < unit.at);
    unit.after = before.length ? before[before.length - 1] : -1;
    for (const box of ancestors(unit.els[0], 8)) {
      if (sole.get(box) !== unit || box.localName === "form" || box === document.body) break;
      unit.box = box;
      if (box.localName === "fieldset") unit.fieldset = box;
      if (box.localName === "tr") break;
    }
    see(unit, look);
  }
}

// Visibility and place, through a skin or a stand-in where the element itself is not drawn.
function see(unit, look) {
  const el = unit.els[0];
  const skin = look.found.skins.get(el);
  const why = unit.els.map(hiddenReason);
  unit.hidden = why.every(Boolean) ? why[0] : "";
  const checks = el.type === "checkbox" || el.type === "radio";
  if (unit.hidden && unit.hidden !== "type") {
    if (skin) unit.hidden = hiddenReason(skin);
    else if (checks || el.type === "file") {
      unit.standIn = unit.els.map(standIn).find(Boolean) || null;
      if (unit.standIn) unit.hidden = "";
    }
  }
  unit.rect = skin && !hiddenReason(skin) ? rectOf(skin) : unit.standIn ? rectOf(unit.standIn) : unionOf(unit.els);
}

function unionOf(els) {
  const all = els.map(rectOf);
  if (all.length === 1) return all[0];
  const x = Math.min(...all.map((r) => r.x));
  const y = Math.min(...all.map((r) => r.y));
  return { x, y, w: Math.max(...all.map((r) => r.x + r.w)) - x, h: Math.max(...all.map((r) => r.y + r.h)) - y };
}

function describe(unit, look) {
  const el = unit.els[0];
  const twin = look.found.twins.get(el);
  const named = twin || el;
  const labels = labelsOf(unit, look);
  const options = optionsOf(unit, look, twin);
  const host = el.getRootNode().host;
  const text = (name) => attr(el, name) || (twin ? attr(twin, name) : "");
  return {
    ref: look.ref(el),
    tag: el.localName,
    type: attr(el, "role") === "switch" ? "checkbox" : attr(el, "role") === "radio" ? "radio" : el.localName === "input" ? el.type : el.localName === "button" ? "button" : el.type || "",
    widget: widgetOf(el, look.found),
    name: attr(named, "name") || attr(el, "name") || (host ? attr(host, "name") : ""),
    id: attr(named, "id") || attr(el, "id") || (host ? attr(host, "id") : ""),
    css_class: folded(classesOf(el), 200),
    autocomplete: text("autocomplete"),
    labels,
    section: sectionOf(unit, look),
    caption: captionOf(el, look),
    options: options.slice(0, MOST_OPTIONS),
    options_total: options.total || options.length,
    required: isRequired(unit, labels, look),
    disabled: unit.els.every((e) => e.matches(":disabled") || attr(e, "aria-disabled") === "true"),
    readonly: Boolean(el.readOnly) || attr(el, "aria-readonly") === "true",
    multiple: isMultiple(unit, look),
    checked: unit.els.some(isChecked),
    hidden: unit.hidden,
    value: valueOf(unit, look, twin),
    minlength: limit(text("minlength")),
    maxlength: limit(text("maxlength")) ?? limit(attr(el, "data-maxlength")),
    min: text("min"), max: text("max"), step: text("step"), pattern: text("pattern"),
    inputmode: text("inputmode"), accept: text("accept"),
    tabindex: limitSigned(attr(el, "tabindex")),
    rect: unit.rect,
    form: look.formRef(unit),
    step_hidden: Boolean(unit.hidden) && unit.hidden !== "type" && isLaterStep(look.found.skins.get(el) || el, unit.hidden, look.countIn),
    error: "",
    attributes: attributesOf(el),
  };
}

function limit(text) {
  return /^\d{1,7}$/.test(text) ? Number(text) : null;
}

function limitSigned(text) {
  return /^-?\d{1,5}$/.test(text) ? Number(text) : 0;
}

function isChecked(el) {
  return el.localName === "input" ? Boolean(el.checked) && (el.type === "checkbox" || el.type === "radio") : attr(el, "aria-checked") === "true";
}

const MULTI = /(^|[-_ ])(multi-?select|multiple|tag-?box)([-_ ]|$)/i;

function isMultiple(unit, look) {
  const el = unit.els[0];
  if (look.found.kinds.get(el) === "tags") return true;
  if (unit.els.length > 1) return el.type === "checkbox" || attr(el, "role") === "checkbox";
  if (el.multiple) return true;
  const host = el.getRootNode().host;
  if (host && host.hasAttribute("multiple")) return true;
  if (referred(el, "aria-controls").concat(referred(el, "aria-owns")).some((list) => attr(list, "aria-multiselectable") === "true")) return true;
  const skin = look.found.skins.get(el);
  return Boolean(skin) && (MULTI.test([skin, ...ancestors(el, 3)].map(classesOf).join(" ")) || Boolean(skin.querySelector("[class*=is-multi], [class*=multi-value], [aria-multiselectable=true]")));
}

function valueOf(unit, look, twin) {
  const el = unit.els[0];
  if (unit.els.length > 1) return (unit.els.find(isChecked) || { value: "" }).value || "";
  if (el.type === "password") return "\u2022".repeat(Math.min(el.value.length, 40));
  if (el.type === "file") return [...el.files].map((f) => f.name).join(", ");
  if (el.localName === "iframe") return folded(el.contentDocument?.body?.innerText || "", 2000);
  if (el.localName === "select") return [...el.selectedOptions].map((o) => o.value).join(", ").slice(0, 2000);
  if (el.isContentEditable) return el.innerText.trim().slice(0, 2000);
  if (!isNative(el)) return twin ? twin.value.slice(0, 2000) : folded(el.textContent, 300);
  return String(el.value).slice(0, 2000);
}

function optionsOf(unit, look, twin) {
  const el = unit.els[0];
  if (unit.els.length > 1) {
    const seen = unit.els.filter((e) => unit.hidden || !hiddenReason(e) || standIn(e) || isFolded(e, look));
    return (seen.length ? seen : unit.els).map((e) => ({
      value: e.value ?? attr(e, "data-value"), text: optionText(e, look, unit), group: "", disabled: Boolean(e.disabled), selected: isChecked(e), ref: look.ref(e), beside: feeBeside(e, unit),
    }));
  }
  const source = el.localName === "select" ? el : twin?.localName === "select" ? twin : null;
  if (source) return selectOptions(source);
  const skin = look.found.skins.get(el);
  const list = referred(el, "aria-controls")[0] || referred(el, "aria-owns")[0] || el.list || skin?.querySelector("[role=listbox]");
  if (!list || contains(list, el)) return [];
  return [...list.querySelectorAll("option, [role=option]")].slice(0, MOST_OPTIONS).map((o) => ({
    value: attr(o, "data-value") || attr(o, "value") || folded(o.textContent, 200), text: folded(o.textContent || attr(o, "value"), 200),
    group: "", disabled: attr(o, "aria-disabled") === "true", selected: attr(o, "aria-selected") === "true", ref: "",
  }));
}

// A choice in a section of its list that is closed, but has a heading on show to open it.
function isFolded(el, look) {
  const why = hiddenReason(el);
  if (isLaterStep(el, why, look.countIn)) return true;
  const box = [...ancestors(el, 6)].find((a) => hiddenBy(a) && a.parentElement && !hiddenBy(a.parentElement));
  const head = box && box.previousElementSibling;
  const opener = head && (head.matches(OPENS) ? head : head.querySelector(OPENS));
  return Boolean(opener) && STEP_REASONS.has(why) && isDrawn(opener, 8);
}

const OPENS = "button, summary, [role=button], [aria-expanded], [data-toggle], [data-bs-toggle], [data-target]";

function selectOptions(select) {
  const list = [];
  for (const o of select.options) {
    if (list.length >= MOST_OPTIONS) break;
    const group = o.parentElement.localName === "optgroup" ? o.parentElement : null;
    list.push({
      value: o.value, text: folded(unmarked(o.text || attr(o, "label")), 200), group: group ? folded(attr(group, "label"), 100) : "",
      disabled: o.disabled || Boolean(group && group.disabled), selected: o.selected, ref: "",
    });
  }
  list.total = select.options.length;
  return list;
}

const FEE = /[$€£¥]\s?\d|\d\s?(?:[€£]|usd|eur|gbp|chf|pln|z[łl])(?![\p{L}])|\b(?:free|gratis|gratuit|kostenlos|kostenfrei|gratuito|gratuita|grátis|bezpłatn|darmow)/iu;

// A plan's price often stands in the next cell, or below the name in its card.
function feeBeside(el, unit) {
  if (el.type !== "radio" && attr(el, "role") !== "radio") return "";
  let words = "";
  for (const box of ancestors(el, 6)) {
    if (box.localName === "form" || unit.els.some((other) => other !== el && contains(box, other))) break;
    words = wordsOf(box, 300);
  }
  return FEE.test(words) ? words : "";
}

// Whether the words of a row of radios without labels stand before each: "Free ( ) Plus ( )".
function wordsComeFirst(unit, look) {
  if (unit.wordsFirst === undefined) {
    const last = unit.els[unit.els.length - 1];
    unit.wordsFirst = unit.els.every((e) => !ownLabels(e, look).size && isNative(e)) && !followingText(last, { els: [last] }, look, true) && unit.els.every((e) => precedingText(e, look));
  }
  return unit.wordsFirst;
}

function precedingText(el, look) {
  const from = look.seen.at.get(el);
  const run = look.seen.runs[look.runBefore(from)];
  const fields = look.places.filter((p) => p < from);
  if (!run || (fields.length && run.at < fields[fields.length - 1])) return "";
  return run.shown && isBeside(run.el, el) ? run.text : "";
}

function optionText(el, look, unit) {
  for (const label of ownLabels(el, look)) {
    const words = wordsOf(label, 200);
    if (words) return words;
  }
  const spoken = attr(el, "aria-label") || referred(el, "aria-labelledby").map((x) => wordsOf(x, 200)).join(" ");
  if (spoken) return folded(spoken, 200);
  if (!isNative(el)) return wordsOf(el, 200);
  if (wordsComeFirst(unit, look)) return precedingText(el, look);
  return followingText(el, { els: [el] }, look, true) || attr(el, "title") || el.value;
}

function sectionOf(unit, look) {
  const el = unit.els[0];
  const titles = [];
  const add = (text) => { if (text && !titles.includes(text) && titles.length < 6) titles.push(text); };
  for (const box of ancestors(el, 30)) {
    const legend = box.localName === "fieldset" && box !== unit.fieldset && box.querySelector(":scope > legend");
    if (legend) add(wordsOf(legend, 120));
    else if (/^(group|region|tabpanel|form)$/.test(attr(box, "role"))) add(folded(attr(box, "aria-label"), 120));
  }
  const chain = look.seen.chain.get(el) || [];
  for (const { el: heading } of chain.slice().reverse()) add(wordsOf(heading, 120));
  return titles;
}

function captionOf(el, look) {
  const caption = look.seen.captions.get(el);
  return caption ? wordsOf(caption, 120) : "";
}

const STAR = /^\s*[*＊]|[*＊]\s*:?\s*$|\(\s*\*\s*\)|[*＊]\s*\(/;

function isRequired(unit, labels, look) {
  const el = unit.els[0];
  const twin = look.found.twins.get(el);
  if (unit.els.some((e) => e.required || attr(e, "aria-required") === "true") || (twin && twin.required)) return true;
  if (attr(el, "data-val-required") || attr(el, "data-required") === "true" || /(^|\s)(required|validate\[.*required)/.test(classesOf(el))) return true;
  // What stands before a single box is often the words of the box before it.
  const box = unit.els.length === 1 && (el.type === "checkbox" || el.type === "radio" || attr(el, "role") === "checkbox" || attr(el, "role") === "switch");
  const telling = box ? /^(for|wrap|aria|legend|after)$/ : /^(for|wrap|aria|legend|before|placeholder|near)$/;
  if (labels.some((l) => telling.test(l.kind) && STAR.test(l.text))) return true;
  if (unit.box && /(^|[\s_-])(is-)?required($|\s)/.test(classesOf(unit.box))) return true;
  for (const label of unit.els.length === 1 ? ownLabels(el, look) : []) {
    if (/(^|[\s_-])required($|\s)/.test(classesOf(label)) || label.querySelector(".required, .asterisk, abbr[title]")?.textContent.includes("*")) return true;
    if (/[*＊]/.test(getComputedStyle(label, "::after").content + getComputedStyle(label, "::before").content)) return true;
  }
  return false;
}

// A star at a row of boxes, some of which the page itself marks as required, is for those alone.
function unshareStars(controls, units) {
  const marked = (unit) => unit.els.some((e) => e.required || attr(e, "aria-required") === "true");
  const starred = new Map();
  controls.forEach((control, i) => {
    for (const l of control.labels) if (SHARED.test(l.kind) && STAR.test(l.text)) starred.set(l.text, [...(starred.get(l.text) || []), i]);
  });
  for (const [text, all] of starred) {
    const of = [...new Set(all)];
    const own = of.filter((i) => marked(units[i]));
    if (!own.length || own.length === of.length) continue;
    for (const i of of.filter((n) => !own.includes(n))) {
      const control = controls[i];
      for (const l of control.labels) if (l.text === text && SHARED.test(l.kind)) l.text = text.replace(/[*＊]/g, "").trim();
      control.required = control.labels.some((l) => /^(for|wrap|aria|placeholder)$/.test(l.kind) && STAR.test(l.text));
    }
  }
}

const SHARED = /^(before|near|table_head|legend)$/;

function attributesOf(el) {
  const list = [];
  for (const { name, value } of el.attributes) {
    if (list.length >= 14) break;
    if (/^(data-|aria-|role$|for$|list$|contenteditable$|x-|ng-model|v-model|wire:model)/.test(name)) list.push([name, folded(value, 120)]);
  }
  return list;
}
