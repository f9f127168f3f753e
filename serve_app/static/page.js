// What htmx leaves to us: when a page listens and how it says so, times in the reader's own zone,
// and a key behind the #. Without it, pages work and reload by hand.
const showTimes = () => {
  for (const time of document.querySelectorAll("time[data-clock]")) {
    const at = new Date(time.dateTime);
    const text = at.toLocaleTimeString(undefined, { hour12: false });
    if (time.textContent !== text) time.textContent = text;
    time.title = at.toLocaleString();
  }
};
showTimes();
document.addEventListener("htmx:after:swap", showTimes);

// htmx pauses the stream of a page that is hidden; one that was never seen begins none. It comes
// back to a stream that broke, and not to one that never began.
const AGAIN_MS = 3000;
const STREAM = "[hx-trigger=seen]";
let live = false;
const see = () => {
  if (!document.hidden) document.querySelector(STREAM)?.dispatchEvent(new CustomEvent("seen"));
};
const say = (on) => {
  live = on;
  for (const dot of document.querySelectorAll("[data-live]")) {
    dot.dataset.live = on ? "on" : "off";
    dot.querySelector(".live-text").textContent = on ? "Live" : "Reconnecting";
  }
};
document.addEventListener("htmx:after:process", see);
document.addEventListener("visibilitychange", see);
document.addEventListener("htmx:sse:before:connection", (event) => {
  if (document.hidden) event.preventDefault();
});
document.addEventListener("htmx:sse:after:connection", () => say(true));
document.addEventListener("htmx:sse:error", (event) => {
  // Signed out meanwhile: the page itself leads to the door.
  if (event.detail.status === 401) location.reload();
  say(false);
});
document.addEventListener("htmx:sse:close", () => {
  live = false;
  setTimeout(see, AGAIN_MS);
});
document.addEventListener("htmx:finally:request", (event) => {
  if (!event.target.matches?.(STREAM) || live || document.hidden) return;
  say(false);
  setTimeout(see, AGAIN_MS);
});

// A page that comes back from the browser's own cache holds old rows and a closed stream.
addEventListener("pageshow", (event) => {
  if (event.persisted && document.querySelector(STREAM)) location.reload();
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
