// Keeps a page true: replaces elements by the fragments that the server sends, and shows times in
// the reader's own zone. Without it, pages work and reload by hand.
"use strict";

const showTimes = (root) => {
  for (const time of root.querySelectorAll("time[data-clock]")) {
    const at = new Date(time.dateTime);
    time.textContent = at.toLocaleTimeString(undefined, { hour12: false });
    time.title = at.toLocaleString();
  }
};

// Puts a fragment in the place of the element with its id, unless nothing differs for the reader.
// What is open stays open, and the focus stays where it was.
const place = (fresh) => {
  const old = document.getElementById(fresh.id);
  if (!old) return;
  const focused = document.activeElement;
  const focusId = old.contains(focused) ? focused.id || focused.getAttribute("href") : null;
  for (const details of old.querySelectorAll("details[open][id]")) {
    const twin = fresh.querySelector(`#${CSS.escape(details.id)}`);
    if (twin) twin.open = true;
  }
  for (const box of old.querySelectorAll("input[type=checkbox][name]:checked")) {
    const twin = fresh.querySelector(`[name="${CSS.escape(box.name)}"][value="${CSS.escape(box.value)}"]`);
    if (twin) twin.checked = true;
  }
  const scrolled = [...old.querySelectorAll(".feed, .scroll")].map((box) => box.scrollTop);
  old.replaceWith(fresh);
  [...fresh.querySelectorAll(".feed, .scroll")].forEach((box, n) => {
    box.scrollTop = scrolled[n] ?? 0;
  });
  if (focusId) {
    const again =
      document.getElementById(focusId) ??
      [...fresh.querySelectorAll("a[href]")].find((a) => a.getAttribute("href") === focusId);
    again?.focus({ preventScroll: true });
  }
  fresh.dispatchEvent(new CustomEvent("fragment", { bubbles: true }));
};

const listen = (path) => {
  const dots = document.querySelectorAll("[data-live]");
  const say = (state, words) => {
    for (const dot of dots) {
      dot.dataset.live = state;
      dot.querySelector(".live-text").textContent = words;
    }
  };
  const parser = new DOMParser();
  let source = null;
  const begin = () => {
    if (source) return;
    source = new EventSource(path);
    source.addEventListener("open", () => say("on", "Live"));
    source.addEventListener("error", () => say("off", "Reconnecting"));
    source.addEventListener("fragment", (event) => {
      const holder = parser.parseFromString(event.data, "text/html").body;
      showTimes(holder);
      for (const element of [...holder.children]) place(document.adoptNode(element));
    });
  };
  const end = () => {
    source?.close();
    source = null;
  };
  // A page that nobody sees asks for nothing; the first answer afterwards brings all that changed.
  document.addEventListener("visibilitychange", () => (document.hidden ? end() : begin()));
  if (!document.hidden) begin();
  addEventListener("pagehide", end);
};

showTimes(document);
const streamed = document.querySelector("[data-stream]");
if (streamed) listen(streamed.dataset.stream);

// A page that comes back from the browser's own cache holds old rows and a closed stream.
addEventListener("pageshow", (event) => {
  if (event.persisted && streamed) location.reload();
});

// A key behind # is never sent to a server by the browser itself: the form does it, once. Where
// somebody is signed in already, only the visitor's own click does it.
const keyed = document.querySelector("form[data-key-from-fragment]");
if (keyed && location.hash.length > 1) {
  keyed.elements.key.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname + location.search);
  if ("atOnce" in keyed.dataset) keyed.requestSubmit();
}

document.querySelector(".notice[role=alert]")?.focus();
