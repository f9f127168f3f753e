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

function setText(el, text, act) {
  // A date box that only its calendar may write to still sends what it holds.
  if (el.readOnly && act !== "date_time" && !el._flatpickr) return;
  const picker = el._flatpickr || partsOf(el).twin?._flatpickr;
  if (picker) { picker.setDate(text, true); return; }
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
  return values.map((v) => all.find((o) => o.value === v) || all.find((o) => plain(o.text) === plain(v)));
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
  if (checked(el) !== wanted) el.click();
}

function checked(el) {
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
// `names`: the texts of the options that were asked for; `waits`: an option is not there (yet).
function heldBy({ number, option, values }) {
  const el = elementOf(option || number);
  if (!el) return { found: false };
  const { skin, twin } = partsOf(el);
  const held = { found: true, kind: kindOf(el), skinned: Boolean(skin), values: [], texts: [], names: [], waits: false };
  if (held.kind === "check") return { ...held, checked: checked(el), texts: [checkText(el)] };
  if (held.kind === "file") return { ...held, values: [...el.files].map((f) => f.name), texts: [around(el)] };
  if (held.kind === "rich") return { ...held, values: [editable(el).innerText.trim()] };
  if (held.kind === "select") {
    const wanted = wantedOptions(el, values || []);
    held.values = [...el.selectedOptions].map((o) => o.value);
    held.names = wanted.filter(Boolean).map((o) => folded(o.text, 200));
    held.chosen = [...el.selectedOptions].map((o) => folded(o.text, 200));
    held.waits = wanted.some((o) => !o);
    held.wanted = wanted.filter(Boolean).map((o) => o.value);
  } else {
    held.values = [isNative(el) ? el.value : "", twin ? twin.value : ""].filter(Boolean);
  }
  const drawn = skin || (isNative(el) ? null : el);
  if (drawn) held.texts = [folded(drawn.innerText || "", 1000), ...lines(drawn), ...chips(drawn)];
  return held;
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

function chips(box) {
  return [...box.querySelectorAll("[class*=chip i], [class*=tag i], [class*=token i], [class*=item i], [class*=choice i], [class*=badge i], [class*=multi-value i]")]
    .slice(0, 60).map((c) => folded(attr(c, "data-value") || c.innerText || "", 200)).filter(Boolean);
}

function lines(box) {
  return (box.innerText || "").split("\n").map((line) => folded(line, 200)).filter(Boolean).slice(0, 60);
}

// Uploaders that send at once empty the input and show the file's name beside it.
function around(el) {
  let box = el;
  for (let n = 0; n < 4 && box.parentElement && box.parentElement.localName !== "form"; n++) box = box.parentElement;
  return box === el ? "" : folded(box.innerText || "", 2000);
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
  return el && el.localName === "select" ? [...el.options].filter((o) => !o.disabled).map((o) => [o.value, folded(o.text, 200)]) : [];
}

function isTextBox(number) {
  const el = elementOf(number);
  return Boolean(el) && el.localName === "input" && /^(text|search|tel|url|email)$/.test(el.type) && !el.readOnly;
}
