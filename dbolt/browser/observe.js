// What can a person see and fill in on this document? One object in the shape of forms.page.Page.
// Runs with the parts in look/ before it, in one function; `limits`: frame (its number), first (the
// first free ref), controls, text, links, soft_ms. Null where there is nothing to be seen.

function observe(limits) {
  const clock = { start: performance.now(), late: (share) => performance.now() - clock.start > limits.soft_ms * share };
  const known = registry(limits.first);
  if (!document.body || isUnseenFrame(limits)) return { skipped: true, next: known.next };
  const seen = readTree(document.body, clock, limits.controls * 1.25);
  addEditors(seen);
  const found = readWidgets(seen.fields);
  for (const frame of seen.editors) {
    found.kinds.set(frame, "rich_text");
    const shell = closest(frame, EDITOR) || frame;
    found.shells.add(shell);
    pairTextarea(frame, shell, found);
  }
  const look = lookOf(seen, found, limits);
  const units = readUnits(seen, found, limits.controls);
  placeUnits(units, look);
  const buttons = readButtons(seen, found);
  readForms(units, buttons, look);
  const controls = [];
  const described = [];
  for (const unit of units) {
    if (clock.late(1) && controls.length) { seen.truncated = true; break; }
    controls.push(describe(unit, look));
    described.push(unit);
  }
  unshareStars(controls, described);
  addAreas(seen, found, controls, described, look);
  const messages = readMessages(seen, described, look);
  addErrors(controls, messages, described);
  remember(found, described);
  const page = {
    url: location.href,
    title: folded(document.title, 300),
    lang: attr(document.documentElement, "lang") || attr(document.querySelector("meta[http-equiv='content-language' i]") || document.body, "content"),
    text: textOf(seen.runs, limits.text),
    headings: [...new Set(seen.headings.filter((h) => h.checkVisibility()).map((h) => wordsOf(h, 200)).filter(Boolean))].slice(0, 60),
    forms: describeForms(described, look),
    controls,
    buttons: buttons.map((b) => describeButton(b, look)),
    links: readLinks(seen, look, limits.links),
    messages: messages.map(({ text, kind, near, css_class }) => ({ text, kind, near, css_class })),
    markers: readMarkers(seen, controls),
    truncated: seen.truncated,
  };
  return { page, next: known.next, took_ms: performance.now() - clock.start };
}

// A frame too small to be seen, one whose element is hidden, or an editor's own (its parent reads it).
function isUnseenFrame(limits) {
  if (limits.frame === 0) return false;
  if (innerWidth < 40 || innerHeight < 20) return true;
  let element = null;
  try { element = window.frameElement; } catch { return false; }
  if (!element) return false;
  if (isEditorBody(document)) return true;
  const view = element.ownerDocument.defaultView;
  const box = element.getBoundingClientRect();
  return !element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || box.right + view.scrollX <= 0 || box.bottom + view.scrollY <= 0;
}

function isEditorBody(doc) {
  return Boolean(doc && doc.body) && (doc.designMode === "on" || doc.body.isContentEditable);
}

function addEditors(seen) {
  seen.editors = seen.frames.filter((frame) => {
    try { return isEditorBody(frame.contentDocument); } catch { return false; }
  });
  if (!seen.editors.length) return;
  seen.fields.push(...seen.editors);
  seen.fields.sort((a, b) => seen.at.get(a) - seen.at.get(b));
}

function lookOf(seen, found, limits) {
  let placed = null;
  const look = { seen, found, byFor: labelsByFor(seen), ref: (el) => `${limits.frame}:${numberOf(el)}` };
  look.formOf = (el) => closest(el, "form");
  look.fieldsIn = (label) => [...label.querySelectorAll("input:not([type=hidden]), select, textarea")];
  look.runBefore = (at) => {
    let low = 0;
    let high = seen.runs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (seen.runs[middle].at < at) low = middle + 1; else high = middle;
    }
    return low - 1;
  };
  look.nextField = (el) => look.places.find((p) => p > seen.at.get(el)) ?? Infinity;
  look.placed = () => (placed ||= seen.runs.slice(0, 1500).filter((r) => r.shown && !r.context.button && !r.context.field).map((run) => ({ run, rect: textRect(run) })));
  look.isBetween = (text, box, unit) => look.units.some((other) => other !== unit && !other.hidden && liesBetween(text, other.rect, box));
  look.units = [];
  const drawn = new Set(found.shells);
  for (const [el, skin] of found.skins) if (el !== skin) drawn.add(skin);
  const texts = new Map();
  look.isSkinText = (run) => {
    let inside = texts.get(run.el);
    if (inside === undefined) {
      let at = run.el;
      for (let n = 0; at && n < 8 && !drawn.has(at); n++) at = parentOf(at);
      texts.set(run.el, (inside = Boolean(at) && drawn.has(at)));
    }
    return inside;
  };
  return look;
}

function textRect(run) {
  const range = document.createRange();
  range.selectNodeContents(run.node);
  const box = range.getBoundingClientRect();
  return { x: box.left + scrollX, y: box.top + scrollY, w: box.width, h: box.height };
}

function liesBetween(text, other, box) {
  const x = other.x + other.w / 2;
  const y = other.y + other.h / 2;
  const inRow = y > box.y && y < box.y + box.h && x > text.x + text.w && x < box.x;
  const inColumn = x > Math.min(text.x, box.x) && other.x < box.x + box.w && y > text.y + text.h && y < box.y;
  return inRow || inColumn;
}

// Drop zones without an input at hand, and maps inside a form: filled in, but no fields.
function addAreas(seen, found, controls, units, look) {
  for (const [kind, list] of [["drop_zone", dropZones(seen.elements)], ["map", seen.elements.filter((el) => el.matches(MAP) && isDrawn(el, 60))]]) {
    for (const el of list.slice(0, 5)) {
      if (el.localName === "form" && look.countIn(el) > 0) continue;
      const unit = { els: [el], at: seen.at.get(el), after: -1, box: null, hidden: "", standIn: null, fieldset: null, rect: rectOf(el), formEl: closest(el, "form") };
      const near = look.places.filter((p) => p < unit.at);
      unit.after = near.length ? near[near.length - 1] : -1;
      const owner = ownerOfButton(el, look);
      if (owner) look.owners.set(unit, owner);
      if (kind === "map" && !owner) continue;
      found.kinds.set(el, kind);
      units.push(unit);
      controls.push(describe(unit, look));
    }
  }
}

// The drivers in act/ find a widget's visible part and its twin again.
function remember(found, units) {
  const { skins, zones } = registry();
  for (const [el, skin] of found.skins) skins.set(el, { skin });
  for (const [el, twin] of found.twins) skins.set(el, { skin: found.skins.get(el), twin });
  for (const unit of units) {
    const zone = unit.els[0].type === "file" && zoneOf(unit.els[0]);
    if (zone) zones.set(numberOf(unit.els[0]), new WeakRef(zone));
  }
}

// As one text: Playwright takes a tree of objects apart node by node, which costs more than the look
// itself. Old libraries give lists a toJSON of their own, which would make texts of them.
function observed(limits) {
  const seen = observe(limits);
  const foreign = [Array.prototype, Object.prototype, String.prototype, Number.prototype].filter((p) => Object.hasOwn(p, "toJSON"));
  const kept = foreign.map((p) => Object.getOwnPropertyDescriptor(p, "toJSON"));
  for (const p of foreign) delete p.toJSON;
  try {
    return JSON.stringify(seen);
  } finally {
    foreign.forEach((p, i) => Object.defineProperty(p, "toJSON", kept[i]));
  }
}
