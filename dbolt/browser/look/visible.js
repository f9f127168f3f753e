// Would a person see this element? If not, which trick hides it, and is it only a later step?

const states = new Map();
const boxes = new Map();

function boxOf(el) {
  let box = boxes.get(el);
  if (!box) boxes.set(el, (box = el.getBoundingClientRect()));
  return box;
}

function rectOf(el) {
  const b = boxOf(el);
  const round = (n) => Math.round(n * 10) / 10;
  return { x: round(b.left + scrollX), y: round(b.top + scrollY), w: round(b.width), h: round(b.height) };
}

// What this element's own style adds to its ancestors' state. `why` is what hides it, `who` the
// element that does; `clips` the boxes that cut off what lies outside them; dx, dy how far scrolling
// its containers would bring it.
function stateOf(el) {
  const known = states.get(el);
  if (known) return known;
  const parent = parentOf(el);
  const base = parent ? stateOf(parent) : { why: "", who: null, opacity: 1, clips: [], dx: 0, dy: 0, aria: null };
  const style = getComputedStyle(el);
  const state = { ...base };
  const why = ownReason(el, style, base);
  // The outermost reason explains best; visibility is the one that a child can take back.
  if (base.why === "visibility" && style.visibility === "visible") state.why = state.who = "";
  if (!state.why && why) Object.assign(state, { why, who: el });
  state.opacity = base.opacity * parseFloat(style.opacity);
  if (!state.why && state.opacity < 0.05) Object.assign(state, { why: "opacity", who: el });
  if (attr(el, "aria-hidden") === "true" && !state.aria) state.aria = el;
  followClip(el, style, state);
  states.set(el, state);
  return state;
}

function ownReason(el, style, base) {
  if (style.display === "none") return "display";
  if (style.visibility !== "visible") return base.why === "visibility" ? "" : "visibility";
  if (style.contentVisibility === "hidden") return "display";
  // Behind a modal notice the whole page is inert, and is the page nevertheless.
  if (el.inert && !el.querySelector("form") && el.querySelectorAll("input, select, textarea").length < 4) return "inert";
  if (isClipped(style)) return "clip";
  const parent = parentOf(el);
  if (parent && parent.localName === "details" && !parent.open && el.localName !== "summary") return "closed";
  return "";
}

function isClipped(style) {
  const { clip, clipPath } = style;
  if (clip && clip !== "auto" && style.position !== "static" && style.position !== "relative") {
    const sides = (clip.match(/-?[\d.]+/g) || []).map(Number);
    if (sides.length === 4 && (sides[2] - sides[0] < 3 || sides[1] - sides[3] < 3)) return true;
  }
  return /^(inset\((100%|[5-9]\d(\.\d+)?%)( \1)?\)|circle\(0|polygon\(0px 0px, 0px 0px)/.test(clipPath || "");
}

function followClip(el, style, state) {
  if (style.position === "fixed") Object.assign(state, { clips: [], dx: 0, dy: 0 });
  // Text boxes clip what is typed into them, which is no matter here.
  if (el.matches("input, select, textarea") || el === document.body || el === document.documentElement) return;
  const scrolls = /auto|scroll/.test(style.overflowX + style.overflowY);
  if (scrolls) {
    state.dx += el.scrollLeft;
    state.dy += el.scrollTop;
    state.clips = [];
  } else if (/hidden|clip/.test(style.overflowX + style.overflowY)) {
    const box = boxOf(el);
    if (!state.why && (box.width < 3 || box.height < 3)) Object.assign(state, { why: "overflow", who: el });
    state.clips = [...state.clips, el];
  }
}

// Why a person would not see the element; empty if one would.
function hiddenReason(el) {
  if (el.localName === "input" && el.type === "hidden") return "type";
  const state = stateOf(el);
  if (state.why) return state.why;
  const box = boxOf(el);
  if (box.width < 3 || box.height < 3) return "size";
  const left = box.left + scrollX + state.dx;
  const top = box.top + scrollY + state.dy;
  if (left + box.width <= 2 || top + box.height <= 2) return "offscreen";
  const wide = Math.max(document.documentElement.scrollWidth, innerWidth);
  if (left >= wide + 2) return "offscreen";
  if (isCutOff(el, box, state)) return "overflow";
  if (parseFloat(getComputedStyle(el).fontSize) < 1) return "font_size";
  if (state.aria && el.tabIndex < 0) return "aria_hidden";
  return isBehind(el, box) ? "covered" : "";
}

function isCutOff(el, box, state) {
  return state.clips.some((clip) => clip !== el && isOutside(box, boxOf(clip)));
}

function isOutside(box, clip) {
  return box.right <= clip.left + 1 || box.left >= clip.right - 1 || box.bottom <= clip.top + 1 || box.top >= clip.bottom - 1;
}

// Only a negative z-index is worth the question; elsewhere a banner would hide half a form.
function isBehind(el, box) {
  let sunk = false;
  for (let at = el, n = 0; at && n < 4; at = parentOf(at), n++) {
    if (parseInt(getComputedStyle(at).zIndex, 10) < 0) sunk = true;
  }
  const x = box.left + box.width / 2;
  const y = box.top + box.height / 2;
  if (!sunk || x < 0 || y < 0 || x > innerWidth || y > innerHeight) return false;
  const top = el.getRootNode().elementFromPoint(x, y);
  return Boolean(top) && !contains(el, top) && !contains(top, el);
}

function isShown(el) {
  return !hiddenReason(el);
}

// Large enough to be looked at or clicked, whatever is inside.
function isDrawn(el, least) {
  if (stateOf(el).why) return false;
  const box = boxOf(el);
  return box.width >= least && box.height >= least && !hiddenReason(el);
}

const STEP_WORDS = /(^|[-_ ])(steps?|stage|wizard|slide|question|tab-?(pane|panel|content|page)?|tabs-?panel|accordion|collapse|collapsible|pane|screen|page)([-_ ]?\d*)($|[-_ ])/i;
const STEP_REASONS = new Set(["display", "visibility", "opacity", "overflow", "closed", "inert", "aria_hidden", "offscreen", "size"]);

// Is the control out of sight only because its step, tab or section is not open? A trap is a lone
// field, so this asks for a container with company: a tab's panel, or one of several of a kind.
function isLaterStep(el, why, countIn) {
  if (!STEP_REASONS.has(why) || (el.getAttribute("tabindex") || "0") === "-1") return false;
  if (stateOf(el).who === el && why !== "closed") return false;
  let n = 0;
  for (const box of ancestors(el, 14)) {
    if (box.localName === "form" || box === document.body) return false;
    if (box.localName === "details" && !box.open) return true;
    if (isTabPanel(box)) return true;
    if (hiddenBy(box) && (isOneOfSeveral(box, countIn) || (box.parentElement && isTurned(box, countIn)))) return true;
    if (n++ > 2 && !stateOf(box).why && !hiddenBy(box)) return false;
  }
  return false;
}

function hiddenBy(box) {
  return Boolean(stateOf(box).why) || boxOf(box).height < 3 || isCutOff(box, boxOf(box), stateOf(box));
}

function isTabPanel(box) {
  if (attr(box, "role") === "tabpanel") return true;
  if (!box.id) return false;
  const root = box.getRootNode();
  const id = CSS.escape(box.id);
  const opener = root.querySelector(
    `[aria-controls="${id}"][aria-expanded], [role=tab][aria-controls="${id}"], [data-bs-target="#${id}"], [data-target="#${id}"], [data-toggle][href="#${id}"], [data-bs-toggle][href="#${id}"]`,
  );
  return Boolean(opener) && !stateOf(opener).why;
}

function isOneOfSeveral(box, countIn) {
  const parent = box.parentElement;
  if (!parent) return false;
  const mine = countIn(box);
  const stepLike = STEP_WORDS.test(attr(box, "class") + " " + attr(box, "id")) || box.hasAttribute("data-step");
  for (const other of parent.children) {
    if (other === box || other.localName !== box.localName || hiddenBy(other)) continue;
    const alike = isAlike(box, other);
    if (alike && stepLike && mine >= 1) return true;
    if (alike && mine >= 2 && countIn(other) >= 2) return true;
    if (mine >= 3 && countIn(other) >= 2 && !attr(box, "class") && !attr(other, "class")) return true;
  }
  return false;
}

// One of at least three that are made alike, of which one is on show: a question at a time.
function isTurned(box, countIn) {
  const shape = (el) => el.localName + " " + [...el.classList].filter((c) => !/^(is-)?(on|active|current|open|show|shown|visible|hidden|selected)$/.test(c)).join(" ");
  const own = shape(box);
  const alike = [...box.parentElement.children].filter((el) => shape(el) === own && countIn(el) > 0);
  return alike.length > 2 && alike.filter((el) => !hiddenBy(el)).length === 1;
}

function isAlike(a, b) {
  if (a.localName === "fieldset" || a.localName === "section") return true;
  const shape = (el) => attr(el, "id").replace(/\d+|one|two|three|four|first|second|third/gi, "#");
  if (shape(a).includes("#") && shape(a) === shape(b)) return true;
  const classes = new Set(b.classList);
  return [...a.classList].some((name) => classes.has(name) && /[a-z]{3}/i.test(name));
}
