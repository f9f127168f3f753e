// What is a control really? Finds the skins that widgets draw over hidden originals, the twins that
// hold their values, and the inner parts (search boxes, toolbars) that are no questions of the form.

const SKIN = /(^|[-_ ])(select2|chosen|choices|ts-wrapper|selectize|nice-select|bootstrap-select|selectmenu|ss-main|select-wrapper|sumo|multiselect|dropdown|combobox|combo|ui-select|custom-select|selectric|jcf-select|select)(?![a-z])/i;
const TAGS = /(^|[-_ ])(tags?|tokens?|chips?)([-_]{0,2}(input|field|editor|list|container|box|wrap(per)?|area))?($|[-_ ])|tagsinput|taginput|tagify|tokenfield|tag-editor|chip-?input/i;
const EDITOR = "[class*=ql-container], .tox, .mce-tinymce, .mce-container, .ck-editor, .cke, .note-editor, trix-editor, .jodit-container, .fr-box, .sun-editor, .redactor-box, .redactor-in, .wysihtml5-sandbox, .ProseMirror, .tiptap, .trumbowyg-box, .sceditor-container, .e-richtexteditor, .editor-container, .DraftEditor-root";
const TOOLBAR = "[role=toolbar], .ql-toolbar, .ql-tooltip, .ql-clipboard, trix-toolbar, .tox-toolbar, .mce-toolbar, .note-toolbar, .note-modal, .note-popover, .ck-toolbar, .ck-balloon-panel, .ck-body-wrapper, .tox-tinymce-aux, .cke_toolbox, .trumbowyg-modal, [role=menubar]";
const POPUP = ".flatpickr-calendar, .ui-datepicker, .daterangepicker, .datepicker-dropdown, .bootstrap-datetimepicker-widget, .xdsoft_datetimepicker, .pika-single, .select2-dropdown, .iti__dropdown-content, .iti__country-list, .dz-hidden-input, .ui-timepicker-container";
const PHONE = ".iti, .intl-tel-input, .PhoneInput, .react-tel-input, .vue-tel-input, .vti, .phone-input, [class*=phone-input], [class*=PhoneInput], [class*=MuiTelInput]";
const MAP = ".leaflet-container, .gm-style, .mapboxgl-map, .maplibregl-map, .ol-viewport, iframe[src*='google.com/maps']";
const DATE = /(^|[-_ ])(flatpickr-input|hasdatepicker|datepicker|date-?picker|timepicker|time-?picker|datetimepicker|pickadate|clockpicker|litepicker|daterange)/i;
const DROP = /(^|[-_ ])(drop-?zone|file-?drop|drop-?area|drag-?(and|n)?-?drop|filepond--root|uppy-\w+|upload-?(area|zone|drop)|dropify)/i;
const CAPTCHA = "[class*=captcha i], [id*=captcha i], altcha-widget, .cf-turnstile, .frc-captcha, [data-altcha]";
const TEXT_TYPES = new Set("text search tel url email password number".split(" "));

function isNative(el) {
  return el.localName === "input" || el.localName === "select" || el.localName === "textarea";
}

function isTyped(el) {
  return el.localName === "textarea" || (el.localName === "input" && TEXT_TYPES.has(el.type));
}

function classesOf(el) {
  return attr(el, "class");
}

// Maps an original or an inner input to the visible thing that stands for it, and gathers what is
// swallowed. `twins`: visible control → hidden one that carries the name and the value.
function readWidgets(fields) {
  const found = { skins: new Map(), twins: new Map(), swallowed: new Set(), kinds: new Map(), shells: new Set() };
  for (const el of fields) if ((el.closest(TOOLBAR) || el.closest(POPUP)) && !el.isContentEditable) found.swallowed.add(el);
  for (const el of fields) if (el.matches(".ql-clipboard, .select2-search__field, .select2-focusser, input[type=file][webkitdirectory]")) found.swallowed.add(el);
  for (const el of fields) if (el.localName === "select" || isTyped(el)) pairSkin(el, fields, found);
  for (const el of fields) if (!isNative(el) && !found.swallowed.has(el)) readOwnWidget(el, fields, found);
  for (const el of fields) if (isTyped(el) && !found.swallowed.has(el)) readTypedWidget(el, fields, found);
  for (const el of fields) if (!found.swallowed.has(el) && !found.twins.has(el)) pairTwin(el, found);
  for (const el of found.swallowed) found.skins.delete(el);
  return found;
}

function swallowInside(box, except, fields, found) {
  for (const other of fields) if (other !== except && !found.kinds.has(other) && contains(box, other)) found.swallowed.add(other);
}

// A hidden select, or the hidden text input of a tag widget, beside or inside what is drawn for it.
function pairSkin(el, fields, found) {
  if (found.swallowed.has(el) || isShown(el) || el.closest(EDITOR)) return;
  const skin = skinOf(el, fields);
  if (!skin) return;
  const tags = el.localName !== "select" && (TAGS.test(classesOf(skin) + " " + skin.localName) || /tags|multi|choices|selectize|ts-wrapper/.test(classesOf(skin)));
  if (el.localName !== "select" && !tags) return;
  found.skins.set(el, skin);
  const open = el.localName === "select" && el.multiple && !el.options.length;
  found.kinds.set(el, tags || open ? "tags" : "combobox");
  swallowInside(skin, el, fields, found);
}

function skinOf(el, fields) {
  const near = [el.nextElementSibling, el.previousElementSibling, el.nextElementSibling?.nextElementSibling];
  const around = el.closest(".choices") || el.closest(".bootstrap-select, .selectric-wrapper, .SumoSelect, .ui.dropdown, .select-wrapper");
  if (around && around !== el && isDrawn(around, 12)) return around;
  for (const box of near) if (box && isSkin(box, el, fields)) return box;
  let n = 0;
  for (const box of ancestors(el, 3)) {
    if (box.localName === "form" || box.localName === "fieldset" || n++ > 2) return null;
    const others = fields.filter((f) => f !== el && isNative(f) && f.type !== "hidden" && contains(box, f) && isShown(f) && !/search|input/.test(classesOf(f)));
    if (others.length) return null;
    if (SKIN.test(classesOf(box)) && isDrawn(box, 12) && !closest(el, "label")?.contains(box)) return box;
  }
  return null;
}

function isSkin(box, el, fields) {
  if (isNative(box) || box.localName === "label" || !isDrawn(box, 12)) return false;
  if (box.querySelector("select, textarea:not([class])")) return false;
  const name = classesOf(box);
  if (el.localName !== "select") return box.localName === "tags" || TAGS.test(name) || /ts-wrapper|selectize-control|choices/.test(name);
  if (SKIN.test(name)) return true;
  if (box.matches("[role=combobox], [role=listbox], [aria-haspopup=listbox]")) return true;
  return Boolean(box.querySelector("[role=combobox], [role=listbox], [aria-haspopup=listbox]"));
}

function readOwnWidget(el, fields, found) {
  if (el.isContentEditable) return readEditor(el, fields, found);
  const role = attr(el, "role");
  if (role === "checkbox" || role === "switch" || role === "radio") {
    const inner = fields.find((f) => f !== el && f.localName === "input" && contains(el, f));
    if (inner) { found.swallowed.add(el); found.skins.set(inner, el); } else found.kinds.set(el, role === "radio" ? "radio" : "checkbox");
    return undefined;
  }
  const inner = fields.find((f) => f !== el && isNative(f) && f.type !== "hidden" && contains(el, f) && !found.swallowed.has(f));
  if (inner) {
    found.swallowed.add(el);
    if (!found.skins.has(inner)) found.skins.set(inner, el);
    found.kinds.set(inner, "combobox");
  } else if (role === "combobox" || role === "listbox" || attr(el, "aria-haspopup") === "listbox") {
    found.kinds.set(el, "combobox");
    // A floating label hides the empty value; what one clicks is the box around it.
    const drawn = hiddenReason(el) === "opacity" && drawnAround(el, fields);
    if (drawn) found.skins.set(el, drawn);
  }
  return undefined;
}

// An editor's text lives in a contenteditable or an iframe; a hidden text area holds what is sent.
function readEditor(el, fields, found) {
  if (TAGS.test(classesOf(el)) || closest(el, "tags, .tagify")) return found.kinds.set(el, "tags");
  found.kinds.set(el, "rich_text");
  const shell = closest(el, EDITOR) || el;
  found.shells.add(shell);
  swallowInside(shell, el, fields, found);
  pairTextarea(el, shell, found);
  return undefined;
}

function pairTextarea(el, shell, found) {
  let box = shell;
  for (let n = 0; box && n < 3; n++, box = box.parentElement) {
    const twin = [box.previousElementSibling, box.nextElementSibling, box.previousElementSibling?.previousElementSibling]
      .concat(n ? [...box.querySelectorAll(":scope > textarea, :scope > input[type=hidden], :scope > input")] : [])
      .find((t) => t && t.matches("textarea, input") && t !== el && !isShown(t) && (t.name || t.id));
    if (twin && (twin.localName === "textarea" || twin.type === "hidden")) {
      found.twins.set(el, twin);
      found.swallowed.add(twin);
      return;
    }
    if (box.localName === "form" || box.querySelectorAll("input:not([type=hidden]), select").length > 3) return;
  }
}

function readTypedWidget(el, fields, found) {
  const role = attr(el, "role");
  const phone = closest(el, PHONE);
  if (phone && phone.localName !== "form" && phone.localName !== "input" && TEXT_TYPES.has(el.type)) {
    if (/search/.test(classesOf(el)) || (el.type !== "tel" && phone.querySelector("input[type=tel]"))) found.swallowed.add(el);
    else {
      found.kinds.set(el, "phone");
      for (const other of fields) if (other !== el && phone.contains(other) && !isTyped(other) && !(other.localName === "select" && isDrawn(other, 12))) found.swallowed.add(other);
    }
    return;
  }
  if (closest(el, MAP)) { found.swallowed.add(el); return; }
  const box = tagBox(el, fields);
  if (box) {
    found.kinds.set(el, "tags");
    if (!found.skins.has(el)) found.skins.set(el, box);
  } else if ((role === "combobox" || opensList(el)) && !found.kinds.has(el)) {
    found.kinds.set(el, "combobox");
  }
  if (found.kinds.get(el) === "combobox" && !found.skins.has(el)) {
    const drawn = drawnAround(el, fields);
    if (drawn) found.skins.set(el, drawn);
  }
  if (found.skins.has(el) || hiddenReason(el) !== "opacity") return;
  const veil = veilOf(el, fields);
  if (!veil) return;
  found.skins.set(el, veil);
  if (!found.kinds.has(el) && veil.querySelector("svg, [class*=arrow], [class*=caret], [class*=chevron]")) found.kinds.set(el, "combobox");
}

// A transparent box is no trap where its label is on show and a frame is drawn around it, or its
// label lies over it: it comes to light when it is clicked.
function veilOf(el, fields) {
  if (el.tabIndex < 0 || stateOf(el).aria) return null;
  const label = (el.labels && el.labels[0]) || referred(el, "aria-labelledby")[0];
  if (!label || !isDrawn(label, 4)) return null;
  for (const box of ancestors(el, 4)) {
    if (box.localName === "form" || box.localName === "fieldset" || box === document.body) return null;
    if (fields.some((f) => f !== el && isTyped(f) && f.tabIndex >= 0 && contains(box, f))) return null;
    if (!isDrawn(box, 14) || boxOf(box).width <= 40 || boxOf(box).height >= 90) continue;
    if (parseFloat(getComputedStyle(box).borderTopWidth) > 0 || (contains(box, label) && liesUpon(label, el))) return box;
  }
  return null;
}

// Whether the words of a label stand where one would type.
function liesUpon(label, el) {
  const range = document.createRange();
  range.selectNodeContents(label);
  const words = [...range.getClientRects()].find((r) => r.width > 4 && r.height > 4);
  const box = boxOf(el);
  if (!words) return false;
  const x = words.left + words.width / 2;
  const y = words.top + words.height / 2;
  return x > box.left && x < box.right && y > box.top - 4 && y < box.bottom + 4;
}

// A box that says it opens a list, or that is clicked because nobody can type into it.
function opensList(el) {
  if (/^(listbox|tree|grid)$/.test(attr(el, "aria-haspopup"))) return true;
  // An arrow drawn in the same frame says the same to a person.
  const arrow = el.type === "text" && el.parentElement?.querySelector(":scope > [class*=arrow], :scope > [class*=caret], :scope > [class*=chevron]");
  if (arrow && isDrawn(arrow, 4) && !el.parentElement.querySelector("button, label") && el.parentElement.querySelectorAll("input").length === 1 && !DATE.test(classesOf(el) + " " + classesOf(el.parentElement))) return true;
  return el.localName === "input" && el.type === "text" && el.readOnly && !DATE.test(classesOf(el)) && getComputedStyle(el).cursor === "pointer";
}

function tagBox(el, fields) {
  if (el.localName !== "input" || (el.type !== "text" && el.type !== "search")) return null;
  for (const box of ancestors(el, 3)) {
    if (box.localName === "form" || box.localName === "fieldset") return null;
    if (!TAGS.test(classesOf(box) + " " + (box.localName.includes("-") ? box.localName : "")) || !isDrawn(box, 10)) continue;
    return fields.some((f) => f !== el && isTyped(f) && isShown(f) && contains(box, f)) ? null : box;
  }
  return null;
}

// The input of a combobox may be two pixels wide or transparent; what is drawn is around it: the
// nearest box with a border, else the smallest that is large enough to click.
function drawnAround(el, fields) {
  let smallest = null;
  for (const box of ancestors(el, 6)) {
    if (box.localName === "form" || box.localName === "fieldset" || box === document.body) break;
    if (fields.some((f) => f !== el && isTyped(f) && contains(box, f))) break;
    if (!isDrawn(box, 14) || boxOf(box).width <= 40) continue;
    smallest ||= box;
    const style = getComputedStyle(box);
    if (style.borderTopStyle !== "none" && parseFloat(style.borderTopWidth) > 0 && boxOf(box).height < 90) return box;
  }
  return smallest;
}

// A nameless visible control with one named hidden input or select beside it speaks for that one.
function pairTwin(el, found) {
  const kind = found.kinds.get(el);
  if (kind === "rich_text" || (isNative(el) && (el.name || el.type === "hidden" || (el.localName !== "input")))) return;
  if (isNative(el) && !isTyped(el)) return;
  let box = found.skins.get(el) || el;
  for (let n = 0; box && n < 3; n++, box = box.parentElement) {
    if (box.localName === "form" || box.localName === "fieldset") return;
    const beside = [box.nextElementSibling, box.previousElementSibling].filter((t) => t && isTwin(t, found));
    const inside = n || box !== el ? [...box.querySelectorAll("input, select")].filter((t) => t !== el && isTwin(t, found)) : [];
    const twin = beside[0] || (inside.length === 1 ? inside[0] : null);
    if (twin) {
      found.twins.set(el, twin);
      found.swallowed.add(twin);
      return;
    }
    if (n && box.querySelectorAll("input:not([type=hidden]), select, textarea").length > 2) return;
  }
}

function isTwin(el, found) {
  if (!el.matches("input, select") || !el.name || el.type === "checkbox" || el.type === "radio" || el.type === "file") return false;
  if (/csrf|token|nonce|^_/i.test(el.name) || found.skins.has(el) || [...found.twins.values()].includes(el)) return false;
  return el.type === "hidden" || !isShown(el);
}

function widgetOf(el, found) {
  const kind = found.kinds.get(el);
  if (closest(el, CAPTCHA)?.localName !== "form" && isCaptcha(el)) return "captcha";
  if (kind) return kind;
  if (el.localName === "select") return "select";
  if (el.localName === "textarea") return "textarea";
  if (el.localName !== "input") return "rich_text";
  if (/^(date|time|datetime-local|month|week)$/.test(el.type)) return "date_time";
  if (el.type === "checkbox" || el.type === "radio" || el.type === "file") return el.type;
  if (el.type === "text" && (DATE.test(`${classesOf(el)} ${found.twins.has(el) ? classesOf(found.twins.get(el)) : ""}`) || /^(date|time)picker$/.test(attr(el, "data-provide")))) return "date_time";
  return "input";
}

function isCaptcha(el) {
  if (/captcha|turnstile/i.test(attr(el, "name") + attr(el, "id"))) return true;
  const box = closest(el, CAPTCHA);
  return Boolean(box) && box.querySelectorAll("input:not([type=hidden]), select").length <= 2;
}

// Whether the files' visible stand-in (a label, a button, a drop zone) takes a hidden file input's
// place; likewise the drawn box of a check box.
function standIn(el) {
  for (const label of el.labels || []) if (isDrawn(label, 8)) return label;
  if (el.type !== "file") {
    const box = el.parentElement;
    if (!box || box.localName === "form") return null;
    return boxOf(box).width <= 60 && isDrawn(box, 8) ? box : drawnBeside(el, box);
  }
  for (const box of ancestors(el, 4)) {
    if (box.localName === "form" || box === document.body) return null;
    if (DROP.test(classesOf(box)) && isDrawn(box, 12)) return box;
    if (isDrawn(box, 12) && [...box.querySelectorAll("button, [role=button], label, a")].some((b) => isDrawn(b, 8))) return box;
  }
  return null;
}

// The empty little square that is clicked instead of a check box, where that is clipped away in a
// wrapper of its own. Its words have to be on show: a box without any is a trap.
function drawnBeside(el, wrapper) {
  const drawn = [el.nextElementSibling, el.previousElementSibling, wrapper.nextElementSibling, wrapper.previousElementSibling];
  const named = referred(el, "aria-labelledby").some((words) => isDrawn(words, 8));
  return (named && drawn.find((box) => box && isTick(box))) || null;
}

function isTick(box) {
  const { width, height } = boxOf(box);
  const square = width >= 8 && width <= 40 && Math.abs(width - height) < 8;
  return square && !/\p{L}/u.test(box.textContent) && !box.querySelector("input, select, a") && isDrawn(box, 8);
}

// The uploader that a file input is part of: the outermost box that says it is one.
function zoneOf(el) {
  let zone = null;
  for (const box of ancestors(el, 8)) {
    if (box.localName === "form" || box === document.body) break;
    if (DROP.test(classesOf(box))) zone = box;
  }
  return zone;
}

// Zones that take dropped files and have no input of their own at hand.
function dropZones(elements) {
  return elements.filter(
    (el) => DROP.test(classesOf(el)) && el.localName !== "input" && el.localName !== "label" && isDrawn(el, 20)
      && !el.querySelector(FIELD) && !elements.some((other) => other !== el && other.contains(el) && DROP.test(classesOf(other))),
  );
}
