// Sets controls to values as the page's own scripts would notice, and tells what they hold.
// Runs with look/registry.js and look/visible.js before it.

function plain(text) {
  return (text || "").normalize("NFKD").replace(/[\u0300-\u036f]/g, "").replace(/\s+/g, " ").trim().toLowerCase();
}

function partsOf(el) {
  return registry().skins.get(el) || {};
}

function isCheck(el) {
  return (el.localName === "input" && (el.type === "checkbox" || el.type === "radio")) || /^(checkbox|radio|switch)$/.test(attr(el, "role"));
}

function editable(el) {
  if (el.localName === "iframe") return el.contentDocument && el.contentDocument.body;
  return el.isContentEditable ? el : null;
}

function fire(el, type, more) {
  el.dispatchEvent(new Event(type, { bubbles: true, composed: true, ...more }));
}

// The way round a framework's own setter: React and Vue watch the property on the element itself.
function setNative(el, name, value) {
  const owner = el.localName === "textarea" ? HTMLTextAreaElement : el.localName === "select" ? HTMLSelectElement : HTMLInputElement;
  Object.getOwnPropertyDescriptor(owner.prototype, name).set.call(el, value);
}

// Its boxes are read-only, and show dates as they please; its own interface takes and tells them.
function pickerOf(el) {
  return el._flatpickr || partsOf(el).twin?._flatpickr;
}

function datesIn(picker) {
  return picker && !picker.config.noCalendar ? picker.selectedDates.map((day) => picker.formatDate(day, "Y-m-d")) : [];
}

function setText(el, text, act) {
  // A date box that only its calendar may write to still sends what it holds.
  if (el.readOnly && act !== "date_time" && !pickerOf(el)) return;
  const picker = pickerOf(el);
  if (picker) { picker.setDate(text, true, /^\d{4}-\d\d-\d\d$/.test(text) ? "Y-m-d" : /^\d?\d:\d\d$/.test(text) ? "H:i" : undefined); return; }
  const line = el.localName === "input" ? text.replace(/\s*\n\s*/g, " ") : text;
  const value = el.maxLength > 0 ? line.slice(0, el.maxLength) : line;
  const key = value.slice(-1);
  el.focus({ preventScroll: true });
  el.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, composed: true }));
  setNative(el, "value", value);
  el.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true, inputType: "insertText", data: value }));
  el.dispatchEvent(new KeyboardEvent("keyup", { key, bubbles: true, composed: true }));
  fire(el, "change");
  leave(el);
}

// Some validate when the control is left; an element that had no focus sends no blur of its own.
function leave(el) {
  if (el.getRootNode().activeElement === el) el.blur();
  else for (const type of ["blur", "focusout"]) el.dispatchEvent(new FocusEvent(type, { bubbles: type === "focusout", composed: true }));
}

function wantedOptions(el, values) {
  const all = [...el.options].filter((o) => !o.disabled);
  return values.map((v) => all.find((o) => o.value === v) || all.find((o) => plain(unmarked(o.text)) === plain(v)));
}

function setSelect(el, values) {
  const found = wantedOptions(el, values);
  if (!found.length || found.some((o) => !o)) return;
  el.focus({ preventScroll: true });
  if (el.multiple) for (const o of el.options) o.selected = found.includes(o);
  else setNative(el, "value", found[0].value);
  if (!el.multiple && !found[0].selected) found[0].selected = true;
  fire(el, "input");
  fire(el, "change");
  if (partsOf(el).skin) fire(el, "chosen:updated");
  leave(el);
}

function setCheck(el, wanted) {
  if (checked(el) !== wanted) (switchOf(el) || el).click();
}

// The drawn switch around an input that only carries its value, and may lag behind it.
function switchOf(el) {
  const around = el.localName === "input" && el.parentElement && el.parentElement.closest("[role=checkbox][aria-checked], [role=switch][aria-checked], [role=radio][aria-checked]");
  return around && around.querySelectorAll("input").length === 1 ? around : null;
}

function checked(el) {
  const drawn = switchOf(el);
  if (drawn) return attr(drawn, "aria-checked") === "true";
  return el.localName === "input" ? el.checked : attr(el, "aria-checked") === "true";
}

function setRich(el, text) {
  const body = editable(el);
  const doc = body.ownerDocument;
  body.focus();
  const selection = doc.defaultView.getSelection();
  selection.selectAllChildren(body);
  doc.execCommand("insertText", false, text);
  fire(body, "change");
  body.blur();
}

function fillOne({ number, act, values, option }) {
  const el = elementOf(option || number);
  if (!el) return;
  if (act === "check" || act === "uncheck") setCheck(el, act === "check");
  else if (el.localName === "select") setSelect(el, values);
  else if (editable(el)) setRich(el, values.join("\n"));
  else if (isNative(el) && !isCheck(el) && el.type !== "file") setText(el, values.join(", "), act);
}

function isNative(el) {
  return el.localName === "input" || el.localName === "textarea" || el.localName === "select";
}

function fill(items) {
  for (const item of items) {
    try { fillOne(item); } catch { /* what is not held afterwards is driven by hand */ }
  }
  return items.map(heldBy);
}

function read(items) {
  return items.map(heldBy);
}

// What a control holds. `values` are sent or would be, `texts` are what a person reads there;
// `names`: the texts of the options that were asked for; `waits`: an option is not there (yet);
// `original`: the control is out of sight, and what it holds is what the widget over it gives out.
function heldBy({ number, option, values }) {
  const el = elementOf(option || number);
  if (!el) return heldByZone(number);
  const { skin, twin } = partsOf(el);
  const held = { found: true, kind: kindOf(el), skinned: Boolean(skin), values: [], texts: [], names: [], waits: false };
  held.original = Boolean(skin) && isNative(el) && !isShown(el);
  if (held.kind === "check") return { ...held, checked: checked(el), texts: [checkText(el)] };
  if (held.kind === "file") return { ...held, values: [...el.files].map((f) => f.name), texts: around(el), zone: Boolean(zoneBy(number)) };
  if (held.kind === "rich") return { ...held, values: [editable(el).innerText.trim()] };
  if (held.kind === "select") {
    const wanted = wantedOptions(el, values || []);
    held.values = [...el.selectedOptions].map((o) => o.value);
    held.names = wanted.filter(Boolean).map((o) => folded(unmarked(o.text), 200));
    held.chosen = [...el.selectedOptions].filter((o) => o.value !== "").map((o) => folded(unmarked(o.text), 200));
    held.waits = wanted.some((o) => !o);
    held.wanted = wanted.filter(Boolean).map((o) => o.value);
  } else {
    held.values = [isNative(el) ? el.value : "", twin ? twin.value : "", ...datesIn(pickerOf(el))].filter(Boolean);
  }
  const drawn = skin || (isNative(el) ? null : el);
  if (drawn) held.texts = textsIn(drawn, held.kind === "zone");
  return held;
}

function zoneBy(number) {
  const zone = window[REGISTRY] && registry().zones.get(number)?.deref();
  return zone && zone.isConnected ? zone : null;
}

// An uploader may take its input away once it has a file; its zone tells on.
function heldByZone(number) {
  const zone = zoneBy(number);
  if (!zone) return { found: false };
  return { found: true, kind: "zone", skinned: false, values: [], names: [], waits: false, texts: textsIn(zone, true) };
}

const REFUSED = "[class*=error i], [class*=invalid i], [class*=reject i], [class*=notallowed i], [class*=not-allowed i], [aria-invalid=true], [role=alert], [data-filepond-item-state*=error], [data-filepond-item-state*=invalid]";
const UNSAID = "[class*=placeholder i], label, legend";

// What a widget says that it holds: not its placeholder or label, nor what it refuses to take.
function textsIn(box, files) {
  const refused = [...box.querySelectorAll(REFUSED)].filter((x) => (files ? !x.querySelector("input, select, textarea") : x.matches(CHIP)));
  const except = [...refused, ...(files ? [] : box.querySelectorAll(UNSAID))];
  const unsaid = new Set(except.map((part) => folded(part.innerText || "", 200)));
  const left = lines(box);
  for (const part of except) {
    if (except.some((other) => other !== part && other.contains(part))) continue;
    for (const line of lines(part)) if (left.includes(line)) left.splice(left.indexOf(line), 1);
  }
  // The texts of a select are read even where it is hidden, and chosen are only some of them.
  const options = [...box.querySelectorAll("option")].map((o) => folded(o.text, 200));
  for (const text of options) if (left.includes(text)) left.splice(left.indexOf(text), 1);
  return [left.join(" ").slice(0, 1000), ...left, ...chips(box).filter((c) => !refused.includes(c.el) && !unsaid.has(c.text)).map((c) => c.text)].filter(Boolean);
}

function kindOf(el) {
  if (isCheck(el)) return "check";
  if (el.localName === "input" && el.type === "file") return "file";
  if (el.localName === "select") return "select";
  if (editable(el) && partsOf(el).skin === undefined && !el.closest("tags")) return "rich";
  if (isNative(el)) return partsOf(el).skin ? "widget" : "text";
  return /drop|upload|filepond|uppy/i.test(attr(el, "class")) ? "zone" : "widget";
}

function checkText(el) {
  const label = (el.labels && el.labels[0]) || el.closest("label");
  return folded((label && label.innerText) || attr(el, "aria-label") || (isNative(el) ? "" : el.innerText), 200);
}

const CHIP = "tag, [class*=chip i], [class*=tag i], [class*=token i], [class*=item i], [class*=choice i], [class*=badge i], [class*=multi-value i]";

function chips(box) {
  return [...box.querySelectorAll(CHIP)].filter((c) => !c.matches(UNSAID) && !c.querySelector("select, input") && isShown(c)).slice(0, 60)
    .map((el) => ({ el, text: folded(attr(el, "data-value") || chipText(el), 200) })).filter((c) => c.text);
}

// Without the cross that takes it away again.
function chipText(el) {
  let text = el.innerText || "";
  for (const part of el.querySelectorAll("button, [role=button], [aria-hidden=true]")) text = text.replace(part.innerText || "", "");
  return text.replace(/[\u2715\u2716\u00d7\u2a2f\u2573]\s*$/u, "");
}

function lines(box) {
  return (box.innerText || "").split("\n").map((line) => folded(line, 200)).filter(Boolean).slice(0, 60);
}

// Uploaders that send at once empty the input and show the file's name beside it.
function around(el) {
  let box = el;
  for (let n = 0; n < 4 && box.parentElement && box.parentElement.localName !== "form"; n++) box = box.parentElement;
  return box === el ? [] : textsIn(zoneBy(numberOf(el)) || box, true);
}

// Whether the wanted options have arrived.
function arrived({ number, values }) {
  const el = elementOf(number);
  return !el || el.localName !== "select" || (el.options.length > 0 && wantedOptions(el, values).every(Boolean));
}

function found(number) {
  return elementOf(number);
}

function optionsOf(number) {
  const el = elementOf(number);
  return el && el.localName === "select" ? [...el.options].filter((o) => !o.disabled).map((o) => [o.value, folded(unmarked(o.text), 200)]) : [];
}

function isTextBox(number) {
  const el = elementOf(number);
  return Boolean(el) && el.localName === "input" && /^(text|search|tel|url|email)$/.test(el.type) && !el.readOnly;
}
