// Which widgets that want a token stand in a form, and how does a token get into them?
// Source: the makers' own pages on how their widgets are put into a form.

const WIDGETS = [
  { kind: "hcaptcha", part: ".h-captcha", field: "h-captcha-response", frame: /hcaptcha\.com\/.*\bsitekey=([\w-]+)/ },
  { kind: "turnstile", part: ".cf-turnstile", field: "cf-turnstile-response", frame: /\/turnstile\/.*\/([0-9]x[\w-]{8,})\// },
  { kind: "recaptcha", part: ".g-recaptcha", field: "g-recaptcha-response", frame: /\/recaptcha\/(?:api2|enterprise)\/anchor\?(?:.*&)?k=([\w-]+)/ },
];
const RECAPTCHA = /\/recaptcha\/(?:api|enterprise)\.js/;

// The widgets of the form that holds the element of *number*; those outside all forms are its, too.
function tokenWidgets(number) {
  return widgetsOf(number).map(({ fields, part, call, ...told }) => ({
    ...told,
    value: fields.map((field) => field.value).find(Boolean) || "",
    takes: Boolean(fields.length || call),
    calls: Boolean(call),
  }));
}

function widgetsOf(number) {
  const el = elementOf(number);
  if (!el) return [];
  const form = el.form || closest(el, "form");
  const mine = (selector) => [...document.querySelectorAll(selector)].filter((x) => [form, null].includes(closest(x, "form")));
  const found = [];
  for (const known of WIDGETS) {
    // hCaptcha brings the fields of reCAPTCHA along, for servers that have not changed.
    if (known.kind === "recaptcha" && found.length) continue;
    const one = oneWidget(known, mine);
    if (one) found.push(one);
  }
  return found;
}

function oneWidget(known, mine) {
  const parts = mine(known.part);
  const part = parts.find((x) => attr(x, "data-sitekey")) || parts[0];
  const frame = mine("iframe[src]").find((x) => known.frame.test(x.src));
  let fields = mine(`[name="${known.field}"]`);
  const script = known.kind === "recaptcha" ? recaptchaScript() : "";
  const scored = /[?&]render=(?!explicit|onload)([\w-]{20,})/.exec(script);
  const key = (part && attr(part, "data-sitekey")) || (frame && known.frame.exec(frame.src)[1]) || (scored && scored[1]);
  if (!key || !(part || frame || fields.length || scored)) return null;
  const pressed = Boolean(part) && part.matches("button, input");
  const quiet = pressed || (part && attr(part, "data-size") === "invisible") || /[?&#]size=invisible/.test(frame ? frame.src : "");
  const third = Boolean(scored) && key === scored[1] && (!part || quiet);
  // A score goes into a field of the form's own; what its maker keeps beside the badge is read by nobody.
  if (third) fields = [...fields, ...mine("input[type=hidden][name*=captcha i]")].filter((x) => closest(x, "form"));
  const shown = part || frame;
  return {
    kind: known.kind === "recaptcha" ? (third ? "recaptcha_v3" : "recaptcha_v2") : known.kind,
    site_key: key,
    action: (part && attr(part, "data-action")) || (third ? actionOf(key) : ""),
    data: (part && (attr(part, "data-cdata") || attr(part, "data-s"))) || "",
    invisible: Boolean(quiet) || third,
    enterprise: known.kind === "recaptcha" && (/\/enterprise\.js/.test(script) || Boolean(frame && /\/enterprise\//.test(frame.src))),
    shown: Boolean(shown) && shown.checkVisibility(),
    fields, part, call: callbackOf(part, key, known.kind),
  };
}

function recaptchaScript() {
  return [...document.scripts].map((x) => x.src).find((src) => RECAPTCHA.test(src)) || "";
}

// What the page's own script calls the action that it asks a score for.
function actionOf(key) {
  for (const script of document.scripts) {
    const said = script.src ? null : /\.execute\([^)]*?\baction['"]?\s*:\s*['"]([\w/]{1,100})['"]/.exec(script.text);
    if (said) return said[1];
  }
  return "";
}

// The function that the page wants to be called with the token, by name or as it was handed over.
function callbackOf(part, key, kind) {
  const named = part ? attr(part, "data-callback") : "";
  const at = (path) => path.split(".").reduce((held, name) => (held == null ? held : held[name]), window);
  if (named) return typeof at(named) === "function" ? at(named) : null;
  const clients = kind === "recaptcha" && window.___grecaptcha_cfg && window.___grecaptcha_cfg.clients;
  return clients ? handedOver(clients, key, 4) : null;
}

function handedOver(held, key, depth) {
  if (!held || typeof held !== "object" || held instanceof Node) return null;
  if (held.sitekey === key && held.callback) return typeof held.callback === "function" ? held.callback : window[held.callback] || null;
  if (!depth) return null;
  for (const inner of Object.values(held)) {
    const found = handedOver(inner, key, depth - 1);
    if (found) return found;
  }
  return null;
}

// Puts the token where the widget would have put it. The callback runs after we have answered:
// it may send the form and take this document away. Whether it will run.
function giveToken({ number, kind, token }) {
  const widget = widgetsOf(number).find((one) => one.kind === kind);
  if (!widget) return null;
  for (const field of widget.fields) {
    field.value = token;
    for (const event of ["input", "change"]) field.dispatchEvent(new Event(event, { bubbles: true }));
  }
  if (widget.call) setTimeout(() => widget.call(token), 0);
  return { filled: widget.fields.length, called: Boolean(widget.call) };
}
