// Which controls and buttons act together? Form elements, and groups that do without one.

const BUTTON_CLASS = /(^|\s)(btn|button|submit|cta)([-_ ]|$)/i;

function readForms(units, buttons, look) {
  const owners = new Map();
  const shelf = new Map();
  for (const unit of units) {
    const el = unit.els[0];
    const form = el.form || closest(el, "form") || null;
    if (form) owners.set(unit, form);
  }
  const pressable = new Set();
  // What is not on show (a "clear" that appears on hover) bounds nothing.
  for (const b of buttons) if (!b.form && isShown(b)) for (const box of ancestors(b, 60)) pressable.add(box);
  for (const unit of units) if (!owners.has(unit) && unit.els[0].type !== "hidden") shelf.set(unit, boundOf(unit.els[0], pressable));
  merge(shelf);
  // Questions that take turns are one form.
  for (const [unit, box] of shelf) if (box !== document.body && box.parentElement && isTurned(box, look.countIn)) shelf.set(unit, box.parentElement);
  for (const [unit, box] of shelf) owners.set(unit, box);
  look.owners = owners;
  look.groups = new Set(shelf.values());
  look.boxes = new Map();
  for (const [unit, box] of owners) if (!unit.hidden) look.boxes.set(box, (look.boxes.get(box) || 0) + 1);
  look.formRef = (unit) => (owners.get(unit) ? look.ref(owners.get(unit)) : "");
}

// The nearest container that has a button of its own, or that says it is a form.
function boundOf(el, pressable) {
  for (const box of ancestors(el, 60)) {
    if (box === document.body || box === document.documentElement) return document.body;
    if (/^(form|search)$/.test(attr(box, "role"))) return box;
    if (pressable.has(box)) return box;
  }
  return document.body;
}

// "Upload" beside a file box is no form: a small group inside a larger one belongs to it.
function merge(shelf) {
  const sizes = new Map();
  for (const box of shelf.values()) sizes.set(box, (sizes.get(box) || 0) + 1);
  for (const [unit, box] of shelf) {
    let home = box;
    for (const outer of ancestors(box, 60)) {
      if (outer === document.body || /^(form|search)$/.test(attr(home, "role"))) break;
      if ((sizes.get(outer) || 0) >= 2 && (sizes.get(outer) > sizes.get(box) || sizes.get(box) < 3)) home = outer;
    }
    shelf.set(unit, home);
  }
}

function ownerOfButton(el, look) {
  if (el.form) return el.form;
  for (let at = el; at; at = parentOf(at)) if (at.localName === "form" || look.groups.has(at)) return at;
  return formAbove(el, look);
}

// A button that stands alone below a form without a button that sends belongs to it: scripts need
// no form around their button.
function formAbove(el, look) {
  if (closest(el, "nav, header, footer, aside, [role=navigation]")) return null;
  const large = [...look.boxes].filter(([, n]) => n >= 3);
  for (const box of ancestors(el, 12)) {
    const inside = large.filter(([form]) => contains(box, form)).sort((a, b) => b[1] - a[1]);
    if (!inside.length) continue;
    const [form] = inside[0];
    const below = inside.every(([other]) => contains(other, form) || contains(form, other)) && boxOf(el).top >= boxOf(form).top && form.compareDocumentPosition(el) & Node.DOCUMENT_POSITION_FOLLOWING;
    return below && ![...form.querySelectorAll("[type=submit], button:not([type])")].some((b) => form.localName === "form" && isShown(b)) ? form : null;
  }
  return null;
}

function describeForms(units, look) {
  const boxes = [...new Set([...look.seen.forms, ...look.groups])].sort((a, b) => (look.seen.at.get(a) || 0) - (look.seen.at.get(b) || 0)).slice(0, 60);
  const texts = new Map(boxes.map((box) => [box, []]));
  const length = new Map();
  for (const run of look.seen.runs) {
    if (!run.shown) continue;
    let at = run.el;
    while (at && !texts.has(at)) at = parentOf(at);
    if (!at || (length.get(at) || 0) > 2000) continue;
    texts.get(at).push(run.text);
    length.set(at, (length.get(at) || 0) + run.text.length + 1);
  }
  return boxes.map((box) => describeForm(box, units, texts.get(box), look));
}

function describeForm(box, units, words, look) {
  const native = box.localName === "form";
  const mine = units.filter((u) => look.owners.get(u) === box && u.els[0].type !== "hidden");
  const hidden = mine.some((u) => !u.hidden) ? "" : stateOf(box).why || (mine.length ? mine[0].hidden : hiddenReason(box));
  return {
    ref: look.ref(box),
    native,
    action: native && box.hasAttribute("action") ? resolved(attr(box, "action")) : "",
    method: (attr(box, "method") || "get").toLowerCase(),
    name: attr(box, "name"),
    id: attr(box, "id"),
    css_class: folded(classesOf(box), 200),
    role: attr(box, "role"),
    heading: headingOf(box, mine, look),
    text: words.join("\n").slice(0, 2000),
    hidden,
    rect: rectOf(box),
  };
}

function resolved(address) {
  try { return new URL(address, document.baseURI).href; } catch { return address; }
}

function headingOf(box, mine, look) {
  const label = attr(box, "aria-label") || referred(box, "aria-labelledby").map((x) => wordsOf(x, 200)).join(" ");
  if (label) return folded(label, 200);
  const inside = look.seen.headings.find((h) => contains(box, h) && wordsOf(h, 200));
  if (inside) return wordsOf(inside, 200);
  const legend = box.querySelector("legend");
  if (legend) return wordsOf(legend, 200);
  const chain = mine.length ? look.seen.chain.get(mine[0].els[0]) || [] : [];
  return chain.length ? wordsOf(chain[chain.length - 1].el, 200) : "";
}

function readButtons(seen, found) {
  const extra = seen.elements.filter((el) => {
    const tag = el.localName;
    if (tag !== "a" && tag !== "div" && tag !== "span" && !tag.includes("-")) return false;
    if (attr(el, "role") === "button") return false;
    if (tag === "a" && leadsElsewhere(el)) return BUTTON_CLASS.test(classesOf(el)) && Boolean(closest(el, "form"));
    if (tag === "a" && closest(el, "form") && (attr(el, "role") === "menuitem" || isPainted(el)) && !attr(el, "aria-controls")) return true;
    const acts = el.hasAttribute("onclick") || el.hasAttribute("tabindex") || tag === "a";
    return acts && BUTTON_CLASS.test(classesOf(el)) && !el.querySelector("button, input, select, textarea, a, div");
  });
  const all = [...new Set([...seen.buttons, ...extra])].filter((b) => !b.closest(TOOLBAR) && !b.closest(POPUP) && !insideSkin(b, found));
  return all.sort((a, b) => (seen.at.get(a) ?? 1e9) - (seen.at.get(b) ?? 1e9)).slice(0, 150);
}

// A link to nowhere that is painted as a button is one.
function isPainted(el) {
  const style = getComputedStyle(el);
  return style.display !== "inline" && !/^(rgba\(0, 0, 0, 0\)|transparent)$/.test(style.backgroundColor);
}

function insideSkin(el, found) {
  for (const [original, skin] of found.skins) if (original !== el && skin !== el && contains(skin, el)) return true;
  for (const shell of found.shells) if (shell !== el && contains(shell, el)) return true;
  const zone = closest(el, "[class*=drop], [class*=upload]");
  return Boolean(zone) && zone !== el && zone.localName !== "form" && DROP.test(classesOf(zone));
}

function leadsElsewhere(a) {
  const href = attr(a, "href").trim();
  return href !== "" && !href.startsWith("#") && !/^javascript:/i.test(href);
}

function describeButton(el, look) {
  const owner = ownerOfButton(el, look);
  return {
    ref: look.ref(el),
    text: buttonText(el),
    type: buttonType(el),
    form: owner ? look.ref(owner) : "",
    name: attr(el, "name"),
    disabled: el.matches(":disabled") || attr(el, "aria-disabled") === "true",
    hidden: hiddenReason(el),
    rect: rectOf(el),
    card: cardOf(el, look),
  };
}

// The words of the largest box around a button or link that holds no other: a plan in a row of plans.
function cardOf(el, look) {
  if (look.fees === undefined) look.fees = look.seen.runs.some((run) => run.shown && FEE.test(run.text));
  if (!look.fees || closest(el, "nav, header, footer")) return "";
  let words = "";
  for (const box of ancestors(el, 6)) {
    if (box === document.body || box.querySelectorAll(`${PRESSED}, a[href]`).length > 1 || box.querySelector("input:not([type=hidden]), select, textarea")) break;
    words = wordsOf(box, 300);
  }
  return FEE.test(words) ? words : "";
}

function buttonType(el) {
  if (el.localName === "input") return el.type;
  if (el.localName === "button") return el.form || el.hasAttribute("type") ? el.type : "button";
  return el.localName === "a" && leadsElsewhere(el) ? "link" : "button";
}

function buttonText(el) {
  if (el.localName === "input") return folded(el.value || attr(el, "alt") || attr(el, "aria-label") || attr(el, "title") || (el.type === "submit" ? "Submit" : ""), 120);
  const label = referred(el, "aria-labelledby").map((x) => wordsOf(x, 120)).join(" ") || attr(el, "aria-label");
  const image = el.querySelector("img[alt]");
  return folded(el.innerText || (el.querySelector("slot") ? wordsOf(el, 120) : "") || label || attr(el, "title") || (image ? attr(image, "alt") : ""), 120);
}

// Menus open on hover: a link in a closed one can still be followed.
function readLinks(seen, look, most) {
  const open = [];
  const closed = [];
  for (const el of seen.links) {
    if (!el.href || !leadsElsewhere(el) || open.length >= most || look.isSkinText({ el })) continue;
    const text = folded(el.innerText || attr(el, "aria-label") || attr(el, "title") || attr(el.querySelector("img") || el, "alt"), 160);
    if (!text) continue;
    const place = closest(el, "nav, header, footer, aside, [role=navigation], [role=menu]");
    const shown = el.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !hiddenReasonOfText(el);
    if (shown || place) (shown ? open : closed).push({ ref: look.ref(el), text, href: String(el.href), section: place ? attr(place, "role") || place.localName : lastHeading(el, look), card: cardOf(el, look) });
  }
  return open.concat(closed).slice(0, most);
}

function hiddenReasonOfText(el) {
  const box = boxOf(el);
  return box.right + scrollX < 0 || box.bottom + scrollY < 0;
}

function lastHeading(el, look) {
  const at = look.seen.at.get(el);
  let title = "";
  for (const h of look.seen.headings) {
    if (look.seen.at.get(h) > at) break;
    title = h;
  }
  return title ? wordsOf(title, 80) : "";
}
