// Which element is behind a ref? A ref's number belongs to one element for as long as it lives, and
// no later document of the same frame uses it again: a stale ref finds nothing, never another thing.

const REGISTRY = Symbol.for("dbolt.refs");

function registry(first) {
  if (!window[REGISTRY]) {
    Object.defineProperty(window, REGISTRY, {
      value: { numbers: new WeakMap(), elements: new Map(), next: first || 1, skins: new WeakMap(), zones: new Map() },
    });
  }
  return window[REGISTRY];
}

function numberOf(el) {
  const known = registry();
  let number = known.numbers.get(el);
  if (number === undefined) {
    number = known.next++;
    known.numbers.set(el, number);
    known.elements.set(number, new WeakRef(el));
  }
  return number;
}

function elementOf(number) {
  // Asking in a document that was not looked at yet must not begin its count.
  const held = window[REGISTRY] && registry().elements.get(number);
  const el = held && held.deref();
  return el && el.isConnected ? el : null;
}

// The parent as it is drawn: out of a shadow root to its host.
function parentOf(el) {
  return el.parentElement || (el.parentNode && el.parentNode.host) || null;
}

function closest(el, selector) {
  for (let at = el; at; at = parentOf(at)) if (at.matches(selector)) return at;
  return null;
}

function* ancestors(el, limit) {
  let left = limit || 60;
  for (let at = parentOf(el); at && left-- > 0; at = parentOf(at)) yield at;
}

function contains(outer, el) {
  for (let at = el; at; at = parentOf(at)) if (at === outer) return true;
  return false;
}

// `checkVisibility` calls what has no box of its own (a slot) unseen; what is around it tells.
function isRendered(el, how) {
  let at = el;
  while (at && getComputedStyle(at).display === "contents") at = parentOf(at);
  return Boolean(at) && at.checkVisibility(how);
}

// Inputs called "id" or "action" hide a form's own properties; attributes cannot be hidden.
function attr(el, name) {
  return el.getAttribute(name) || "";
}

// Some lists of choices hold their markup as text: what a person reads is what it draws.
function unmarked(text) {
  return text.includes("<") ? text.replace(/<\/?[a-z][^<>]*>/gi, " ") : text;
}

function folded(text, most) {
  const words = text.replace(/[\s\u00a0\u200b\ufeff]+/g, " ").trim();
  return words.length > most ? words.slice(0, most) : words;
}
