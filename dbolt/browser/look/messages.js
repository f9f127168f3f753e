// What does the page say? Notices and complaints, with the control each stands by; signs of walls.

const COMPLAINT = /(^|[-_ a-z])(error|invalid|danger|fail(ed|ure)?|warning|wrong|parsley-errors|has-error)|(^|[-_ ])(err|errmsg|bad|mal|fehler\w*|erreurs?|errores?|erros?|errori|fout\w*|blad|błąd)([-_ ]|$)/i;
const NOTICE = /(^|[-_ ])(alert|errors?|error-?(message|msg|text|list|summary)|errorlist|invalid|invalid-feedback|field-?error|form-?error|validation|danger|warning|success|notices?|messages?|flash|toast|snackbar|feedback|confirmation|thank-?(s|you)|notification|swal2-popup|response-output|msg)([-_ ]|$)|Error$|Mui-error|errorMessage|ErrorMessage/;
const MOST_MESSAGES = 40;

function isComplaint(el) {
  if (isNative(el)) return false;
  return COMPLAINT.test(classesOf(el)) || /error/i.test(attr(el, "id")) || attr(el, "role") === "alert";
}

function readMessages(seen, units, look) {
  const list = [];
  const taken = [];
  for (const el of seen.elements) {
    if (list.length >= MOST_MESSAGES) break;
    const kind = kindOf(el);
    if (!kind || taken.some((t) => t.contains(el) && t !== el)) continue;
    if (!isMessageShown(el)) continue;
    const holds = look.countIn(el) > 0;
    if (holds && kind !== "dialog") continue;
    const text = wordsOf(el, holds ? 300 : 600, true);
    if (!/\p{L}{2}/u.test(text)) continue;
    if (kind !== "dialog") taken.push(el);
    list.push({ el, text, kind, near: nearOf(el, units, look), css_class: folded(classesOf(el), 120) });
  }
  return list;
}

function isMessageShown(el) {
  if (stateOf(el).why) return false;
  const box = boxOf(el);
  if (getComputedStyle(el).display === "contents") return true;
  return box.width > 2 && box.height > 2 && box.right + scrollX > 0 && box.bottom + scrollY > 0;
}

function kindOf(el) {
  const role = attr(el, "role");
  const tag = el.localName;
  if (isNative(el) || tag === "form" || tag === "body" || tag === "html" || tag === "button" || tag === "a" || tag === "i" || tag === "option") return "";
  if ((tag === "dialog" && el.open) || role === "dialog" || role === "alertdialog") return "dialog";
  const name = classesOf(el);
  const live = role === "alert" || role === "status" || role === "log" || /polite|assertive/.test(attr(el, "aria-live")) || tag === "output";
  if (!live && !NOTICE.test(name) && !isMarkedWrong(el, name) && !(tag === "label" && /error/.test(name))) return "";
  if (/success|thank|confirm|is-valid/i.test(name) && !/error|danger|invalid|fail/i.test(name)) return "success";
  if (COMPLAINT.test(name)) return "error";
  if (role === "alert" || /assertive/.test(attr(el, "aria-live"))) return "alert";
  return live ? "status" : /alert/.test(name) ? "alert" : "status";
}

// "err", "bad", "fehler": telling where words stand alone, but no mark of a notice that holds others.
function isMarkedWrong(el, name) {
  return COMPLAINT.test(name) && !el.querySelector("input, select, textarea, label, form") && el.textContent.length < 400;
}

function nearOf(el, units, look) {
  const id = attr(el, "id");
  const target = attr(el, "for") || attr(el, "data-valmsg-for") || attr(el, "data-for");
  for (const unit of units) {
    if (unit.els[0].type === "hidden") continue;
    if (unit.box && contains(unit.box, el)) return look.ref(unit.els[0]);
    for (const field of unit.els) {
      if (target && (field.id === target || field.name === target)) return look.ref(unit.els[0]);
      if (id && `${attr(field, "aria-describedby")} ${attr(field, "aria-errormessage")}`.split(/\s+/).includes(id)) return look.ref(unit.els[0]);
    }
  }
  const beside = besideOf(el, units, look);
  return beside ? look.ref(beside.els[0]) : "";
}

// The control right before the notice, if they share a parent, or the notice follows the row in
// which the control is the last; and no other words stand between.
function besideOf(el, units, look) {
  const at = look.seen.at.get(el);
  let best = null;
  for (const unit of units) if (unit.at < at && !unit.hidden && (!best || unit.at > best.at)) best = unit;
  if (!best) return null;
  const last = best.els[best.els.length - 1];
  const sharing = last.parentElement === el.parentElement || best.box?.parentElement === el.parentElement;
  const row = el.previousElementSibling;
  if (!sharing && !(row && contains(row, last) && best.formEl === look.formOf(el) && look.countIn(row) <= 8)) return null;
  const from = look.seen.at.get(last);
  return look.seen.runs.some((r) => r.at > from && r.at < at && r.shown && !contains(el, r.el)) ? null : best;
}

// The complaint about each control: a notice by it, or the browser's own after a try to send.
function addErrors(controls, messages, units) {
  const byRef = new Map(controls.map((c, i) => [c.ref, i]));
  for (const message of messages) {
    const i = byRef.get(message.near);
    if (i === undefined || (message.kind !== "error" && message.kind !== "alert")) continue;
    if (!controls[i].error) controls[i].error = message.text.slice(0, 300);
  }
  for (const control of controls) {
    if (control.error) continue;
    const el = units[byRef.get(control.ref)].els[0];
    if (attr(el, "aria-invalid") === "true") control.error = spokenError(el) || nativeError(el);
    else if (!control.hidden && isNative(el) && el.matches(":user-invalid")) control.error = nativeError(el);
  }
}

function spokenError(el) {
  const described = referred(el, "aria-describedby");
  const complaints = described.filter(isComplaint);
  const spoken = [...referred(el, "aria-errormessage"), ...(complaints.length ? complaints : described.filter((x) => !HELP.test(classesOf(x) + " " + x.id)))];
  return folded(spoken.filter((x) => x.checkVisibility()).map((x) => wordsOf(x, 300)).join(" "), 300);
}

function nativeError(el) {
  return folded(el.validationMessage || "", 300);
}

const CAPTCHAS = [
  ["recaptcha", /google\.com\/recaptcha|recaptcha\.net|gstatic\.com\/recaptcha/, ".g-recaptcha, [name=g-recaptcha-response]"],
  ["hcaptcha", /hcaptcha\.com/, ".h-captcha, [name=h-captcha-response]"],
  ["turnstile", /challenges\.cloudflare\.com\/turnstile/, ".cf-turnstile, [name=cf-turnstile-response]"],
  ["friendly", /friendlycaptcha|friendly-challenge/, ".frc-captcha"],
  ["altcha", /altcha/, "altcha-widget"],
  ["arkose", /arkoselabs|funcaptcha/, "#FunCaptcha, [data-callback][id*=funcaptcha i]"],
  ["geetest", /geetest/, "[class*=geetest]"],
  ["mtcaptcha", /mtcaptcha/, ".mtcaptcha"],
];

function readMarkers(seen, controls) {
  const markers = [];
  const add = (marker) => { if (!markers.includes(marker) && markers.length < 60) markers.push(marker); };
  for (const meta of document.querySelectorAll("meta[name=generator i]")) add("generator:" + folded(attr(meta, "content"), 80));
  const addresses = [...document.querySelectorAll("script[src], link[href], iframe[src]")].map((x) => attr(x, "src") || attr(x, "href"));
  for (const address of addresses) {
    const plugin = /\/wp-content\/(plugins|themes)\/([\w-]+)\//.exec(address);
    if (plugin) add(`${plugin[1].slice(0, -1)}:${plugin[2]}`);
  }
  addCaptchas(addresses, add);
  if (controls.some((c) => c.type === "password" && !c.hidden)) add("password");
  if (controls.some((c) => c.widget === "captcha" && c.tag === "input" && !c.hidden && TEXT_TYPES.has(c.type)) || hasPictureCaptcha(seen)) add("captcha:image");
  addChallenges(add);
  return markers;
}

function addCaptchas(addresses, add) {
  for (const [name, address, selector] of CAPTCHAS) {
    const scripted = addresses.filter((a) => address.test(a));
    const parts = [...document.querySelectorAll(selector)];
    if (!scripted.length && !parts.length) continue;
    const quiet = name === "recaptcha" && (scripted.some((a) => /render=(?!explicit|onload)[\w-]{20,}/.test(a)) || parts.some((p) => attr(p, "data-size") === "invisible"))
      && !parts.some((p) => p.matches(".g-recaptcha") && attr(p, "data-size") !== "invisible");
    add(`captcha:${name}${quiet ? "-invisible" : ""}`);
  }
}

function hasPictureCaptcha(seen) {
  return seen.elements.some((el) => {
    if (el.localName !== "img" && el.localName !== "canvas") return false;
    const words = attr(el, "src").slice(0, 200) + " " + attr(el, "alt") + " " + attr(el, "id") + " " + classesOf(el);
    return /captcha|security[-_ ]?(code|image)|verif(y|ication)[-_ ]?(code|image)|seccode/i.test(words) && isDrawn(el, 20);
  });
}

function addChallenges(add) {
  const has = (selector) => Boolean(document.querySelector(selector));
  if (has("#challenge-form, #challenge-running, #cf-challenge-running, script[src*='/cdn-cgi/challenge-platform/h/'][src*='orchestrate'], #cf-error-details") || /^just a moment/i.test(document.title)) add("challenge:cloudflare");
  if (has("iframe[src*='captcha-delivery.com']")) add("challenge:datadome");
  if (has("#px-captcha, [id^=px-captcha]")) add("challenge:perimeterx");
  if (has("iframe[src*='_Incapsula_Resource']")) add("challenge:imperva");
  if (has("#sec-if-cpt-container, script[src*='akam-sw']")) add("challenge:akamai");
  if (has("script[src*='awswaf.com'], #awswaf-captcha")) add("challenge:aws");
}
