// Which words belong to a control? Each source is kept apart; how far to trust it is for others.

const NEAR_PX = 150;

// Tree by tree: every web component of a kind may call its inner control "input".
function labelsByFor(root) {
  const byFor = new Map();
  const add = (scope) => {
    const labels = new Map();
    for (const label of scope.querySelectorAll("label[for]")) {
      const key = attr(label, "for");
      if (!labels.has(key)) labels.set(key, []);
      labels.get(key).push(label);
    }
    byFor.set(scope, labels);
  };
  add(document);
  for (const host of root.hosts) add(host.shadowRoot);
  return byFor;
}

function labelsFor(el, id, look) {
  return look.byFor.get(el.getRootNode())?.get(id) || [];
}

// `look` carries the walk (seen), the widgets (found), byFor, units and their containers.
function labelsOf(unit, look) {
  const labels = [];
  const add = (kind, text) => {
    const words = folded(text || "", 300);
    if (words && !labels.some((l) => l.kind === kind && l.text === words)) labels.push({ kind, text: words });
  };
  const group = unit.els.length > 1;
  for (const el of group ? [] : namesakes(unit, look)) {
    const zone = el.type === "file" && zoneOf(el);
    for (const label of ownLabels(el, look)) add(zone && zone.contains(label) ? "help" : label.contains(el) ? "wrap" : "for", wordsOf(label, 300));
    addAria(el, add);
  }
  const box = !group && /^(checkbox|radio)$/.test(unit.els[0].type) && look.found.skins.get(unit.els[0]);
  if (box) {
    // The words of a switch may stand inside the thing that is pressed.
    addAria(box, add);
    add("wrap", wordsOf(box, 300));
  }
  if (group) addAria(unit.els[0], (kind, text) => kind === "help" && add(kind, text));
  addLegend(unit, add, group);
  addTableHead(unit, add);
  addBefore(unit, look, add);
  addNear(unit, look, add);
  addAfter(unit, look, add, group);
  addPlaceholder(unit, look, add);
  addHelp(unit, look, add);
  return labels;
}

// The control, its hidden twin, and the inner inputs of its skin: whichever of them is labelled.
function namesakes(unit, look) {
  const el = unit.els[0];
  const all = [el];
  const twin = look.found.twins.get(el);
  const skin = look.found.skins.get(el);
  if (twin) all.unshift(twin);
  if (skin && skin !== el) all.push(...skin.querySelectorAll("input, [role=combobox]"));
  const host = el.getRootNode().host;
  if (host) all.push(host);
  const shell = shellOf(el, unit, look);
  if (shell) all.push(shell);
  return all;
}

// A library may give the id of the control that it replaced to the box it puts in its place.
function shellOf(el, unit, look) {
  for (const box of ancestors(el, 6)) {
    if (!unit.box || !contains(unit.box, box)) return null;
    if (box.id && !box.matches("form, fieldset") && labelsFor(box, box.id, look).length) return box;
  }
  return null;
}

function ownLabels(el, look) {
  const own = new Set(el.labels || []);
  if (el.id) for (const label of labelsFor(el, el.id, look)) own.add(label);
  const name = attr(el, "name");
  if (name && !own.size && !el.getRootNode().getElementById?.(name)) for (const label of labelsFor(el, name, look)) own.add(label);
  const wrap = closest(parentOf(el) || el, "label");
  if (wrap && !own.size) own.add(wrap);
  return own;
}

function referred(el, name) {
  const root = el.getRootNode();
  return attr(el, name).split(/\s+/).filter(Boolean).map((id) => root.getElementById?.(id)).filter(Boolean);
}

function addAria(el, add) {
  const owners = referred(el, "aria-labelledby").filter((x) => x !== el);
  add("aria", owners.map((x) => wordsOf(x, 300)).join(" "));
  add("aria", attr(el, "aria-label"));
  if (el.localName.includes("-")) add("aria", attr(el, "label"));
  add("title", attr(el, "title") || attr(el, "data-original-title"));
  for (const x of referred(el, "aria-describedby")) if (!isComplaint(x)) add(/placeholder/i.test(x.id) ? "placeholder" : "help", wordsOf(x, 300));
}

function addLegend(unit, add, group) {
  const el = unit.els[0];
  const set = closest(el, "fieldset, [role=group], [role=radiogroup]");
  if (!set) return;
  const role = attr(set, "role");
  if (role) {
    add(group ? "aria" : "legend", referred(set, "aria-labelledby").map((x) => wordsOf(x, 300)).join(" "));
    add(group ? "aria" : "legend", attr(set, "aria-label"));
  }
  const legend = set.querySelector(":scope > legend");
  if (legend && (group || unit.fieldset === set)) add("legend", wordsOf(legend, 300));
}

function addTableHead(unit, add) {
  const cell = closest(unit.els[0], "td, th");
  const row = cell && cell.parentElement;
  const table = row && cell.closest("table");
  if (!table || row.localName !== "tr" || cell.querySelector("table")) return;
  let column = 0;
  for (const c of row.cells) { if (c === cell) break; column += c.colSpan || 1; }
  const head = headRow(table, row);
  const over = head && cellAt(head, column);
  if (over && !over.querySelector("input, select, textarea")) add("table_head", wordsOf(over, 200));
  const first = row.cells[0];
  if (first !== cell && !first.querySelector("input:not([type=checkbox]):not([type=hidden]), select, textarea")) add("table_head", wordsOf(first, 200));
}

function headRow(table, row) {
  const head = table.tHead && table.tHead.rows[table.tHead.rows.length - 1];
  if (head) return head === row ? null : head;
  if (labelsAlternate(table)) {
    const above = table.rows[row.rowIndex - 1];
    return above && isWordsOnly(above) ? above : null;
  }
  const top = table.rows[0];
  return top && top !== row && top.cells.length > 1 && [...top.cells].every((c) => c.localName === "th" || !c.querySelector("input, select, textarea")) ? top : null;
}

// Old layouts set words in one row and what they ask for in the next, all the way down.
const alternating = new WeakMap();

function labelsAlternate(table) {
  if (!alternating.has(table)) {
    const rows = [...table.rows];
    const asking = rows.filter((row) => row.querySelector("input:not([type=hidden]), select, textarea"));
    const under = asking.filter((row) => row.rowIndex && isWordsOnly(rows[row.rowIndex - 1]));
    const headed = under.filter((row) => [...row.cells].every((cell) => cell.querySelector("input, select, textarea")));
    alternating.set(table, headed.length > 2 && headed.length * 2 > asking.length);
  }
  return alternating.get(table);
}

function isWordsOnly(row) {
  return !row.querySelector("input, select, textarea, button") && /\p{L}/u.test(row.textContent);
}

function cellAt(row, column) {
  let at = 0;
  for (const c of row.cells) {
    if (column >= at && column < at + (c.colSpan || 1)) return c;
    at += c.colSpan || 1;
  }
  return null;
}

// A run that names some other control, or that is a button's, says nothing about this one.
function speaksFor(run, unit, look) {
  if (run.context.button || run.context.field || look.isSkinText(run)) return false;
  if (!run.shown && !(unit.hidden && stateOf(run.el).who && stateOf(run.el).who === stateOf(unit.els[0]).who)) return false;
  if (!run.label) return true;
  const named = run.label.control;
  if (!named) return !look.fieldsIn(run.label).some((f) => !unit.els.includes(f));
  return unit.els.includes(named) || look.found.twins.get(unit.els[0]) === named;
}

function addBefore(unit, look, add) {
  const el = unit.els[0];
  const row = closest(el, "tr");
  let text = "";
  for (let i = look.runBefore(unit.at); i >= 0; i--) {
    const run = look.seen.runs[i];
    if (run.at < unit.after || look.formOf(run.el) !== unit.formEl) break;
    if (!speaksFor(run, unit, look) || isComplaint(run.el)) continue;
    if (row && closest(run.el, "tr") !== row && closest(run.el, "table") === closest(el, "table")) break;
    text = run.text + (text ? " " + text : "");
    if (/\p{L}/u.test(run.text) || text.length > 200) break;
  }
  if (/\p{L}|\d/u.test(text)) add("before", text);
}

function addAfter(unit, look, add, group) {
  if (group) return;
  const el = unit.els[0];
  const checks = el.type === "checkbox" || el.type === "radio" || attr(el, "role") === "checkbox";
  const text = followingText(el, unit, look, checks);
  if (text) add("after", text);
}

function followingText(el, unit, look, checks) {
  const from = look.seen.at.get(el);
  const until = look.nextField(el);
  for (let i = look.runBefore(from) + 1; i < look.seen.runs.length; i++) {
    const run = look.seen.runs[i];
    if (run.at <= from) continue;
    if (run.at > until) break;
    if (!speaksFor(run, { els: [el] }, look)) continue;
    if (run.context.heading || isComplaint(run.el)) return "";
    if (checks ? isBeside(run.el, el) : unit.box && contains(unit.box, run.el)) return run.text;
    return "";
  }
  return "";
}

function isBeside(a, el) {
  let box = el;
  for (let n = 0; n < 3 && box; n++, box = parentOf(box)) {
    if (n && box.localName === "form") return box === a || box === parentOf(a);
    if (contains(box, a)) return true;
  }
  return false;
}

function addNear(unit, look, add) {
  if (unit.hidden) return;
  const box = unit.rect;
  let best = null;
  for (const run of look.placed()) {
    const gap = gapTo(run.rect, box);
    if (gap === null || gap > NEAR_PX || (best && gap >= best.gap)) continue;
    if (!speaksFor(run.run, unit, look) || look.formOf(run.run.el) !== unit.formEl || (unit.els.length > 1 && unit.els.some((el) => run.run.label?.control === el))) continue;
    if (!look.isBetween(run.rect, box, unit)) best = { gap, run: run.run };
  }
  if (best) add("near", best.run.text);
}

// How far a text stands to the left of, above, or (a floating label) upon a box; null if nowhere.
function gapTo(text, box) {
  const level = Math.min(text.y + text.h, box.y + box.h) - Math.max(text.y, box.y);
  const inLine = Math.min(text.x + text.w, box.x + box.w) - Math.max(text.x, box.x);
  if (level > 4 && inLine > 4) return text.w <= box.w && text.h <= box.h + 8 ? 0 : null;
  if (level > 4 && text.x + text.w <= box.x + 6) return box.x - text.x - text.w;
  if (inLine > 4 && text.y + text.h <= box.y + 6 && Math.abs(text.x - box.x) < Math.max(60, box.w)) return Math.max(0, box.y - text.y - text.h) * 1.2 + 1;
  return null;
}

function addPlaceholder(unit, look, add) {
  const el = unit.els[0];
  if (unit.els.length > 1) return;
  const skin = look.found.skins.get(el);
  add("placeholder", attr(el, "placeholder") || attr(el, "aria-placeholder") || attr(el, "data-placeholder"));
  if (el.localName === "select" && el.options.length && !el.options[0].value && !el.multiple) add("placeholder", el.options[0].text);
  const shown = skin && skin.querySelector("[placeholder], [class*=placeholder]");
  if (shown) add("placeholder", attr(shown, "placeholder") || wordsOf(shown, 100));
}

const HELP = /(^|[-_ ])(help|hint|description|desc|note|tip|form-text|helper|instructions?|info|sub-?label|explain)(?![a-z])/i;

function addHelp(unit, look, add) {
  if (!unit.box) return;
  let left = 3;
  for (const el of unit.box.querySelectorAll("small, [class*=help], [class*=hint], [class*=desc], [class*=note], [class*=tip], [class*=form-text], [class*=instruction], [class*=info], [class*=sub-label], [class*=sublabel]")) {
    if (left <= 0) return;
    if (el.localName !== "small" && !HELP.test(classesOf(el))) continue;
    if (isComplaint(el) || el.querySelector("input, select, textarea, label") || !el.checkVisibility()) continue;
    add("help", wordsOf(el, 300));
    left--;
  }
}
