// Saves a page of the business form while it is being typed, and counts characters. Without it,
// every button saves and goes on. Saving is no matter for htmx: it takes a form's content when a
// request is queued, and each save has to say the version that the one before it was given.
"use strict";

const form = document.querySelector("form[data-autosave=on]");
const saved = document.getElementById("saved");
const WAIT_MS = 700;

const say = (state, words) => {
  saved.dataset.saved = state;
  saved.textContent = words;
};

// What is wrong with a field, or worth a look, stands under it as it does after a reload.
const note = (name, problem, advice) => {
  const place = document.getElementById(`n-${name}`);
  if (!place) return;
  place.textContent = problem || advice || place.dataset.note || "";
  place.classList.toggle("advice", Boolean(advice && !problem));
  const field = place.closest(".field, .hours-day");
  field.classList.toggle("wrong", Boolean(problem));
  const control = document.getElementById(`f-${name}`);
  if (problem) control?.setAttribute("aria-invalid", "true");
  else control?.removeAttribute("aria-invalid");
};

const autosave = () => {
  let timer = 0;
  let sending = false;
  let waiting = false;
  let off = false;

  const send = async (leaving = false) => {
    if (off) return;
    if (sending) {
      waiting = true;
      return;
    }
    sending = true;
    waiting = false;
    say("saving", "Saving…");
    const body = new FormData(form);
    body.set("then", "stay");
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body,
        headers: { Accept: "application/json" },
        keepalive: leaving,
      });
      if (answer.status === 409) {
        off = true;
        say("conflict", "Changed in another tab. Press “Save and continue” to see both.");
      } else if (!answer.ok) {
        say("failed", `Not saved. ${(await answer.json()).detail ?? ""}`);
      } else {
        const told = await answer.json();
        form.elements.version.value = told.version;
        for (const place of form.querySelectorAll("[data-note]")) {
          const name = place.id.slice(2);
          note(name, told.problems[name], told.advice[name]);
        }
        say("yes", "Saved");
      }
    } catch {
      say("failed", "Not saved; it is tried again with your next change.");
    }
    sending = false;
    if (waiting) send();
  };

  form.addEventListener("input", (event) => {
    if (event.target.type === "file" || off) return;
    say("typing", "Not saved yet");
    clearTimeout(timer);
    timer = setTimeout(() => send(), WAIT_MS);
  });
  // A button saves by itself; a save under way would take its version away.
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    off = true;
    if (!sending) return;
    event.preventDefault();
    const button = event.submitter;
    const go = setInterval(() => {
      if (sending) return;
      clearInterval(go);
      form.requestSubmit(button);
    }, 30);
  });
  addEventListener("pagehide", () => {
    if (!off && saved.dataset.saved === "typing") send(true);
  });
};

for (const counter of document.querySelectorAll("[data-counts]")) {
  const field = document.getElementById(counter.dataset.counts);
  field.addEventListener("input", () => {
    counter.textContent = `${field.value.length} of ${counter.dataset.most} characters`;
  });
}

if (form) autosave();

// A browser of ours opens the website: how far it is, until it has ended.
const reading = document.querySelector("[data-reading]");
if (reading) {
  const ask = async () => {
    try {
      const answer = await fetch(reading.dataset.reading, { headers: { Accept: "application/json" } });
      const told = await answer.json();
      if (answer.ok && told.ended) {
        location.reload();
        return;
      }
      const place = reading.querySelector("[data-reading-words]");
      if (answer.ok && place.textContent !== told.words) place.textContent = told.words;
    } catch {
      // The next one may get through.
    }
    setTimeout(ask, 2000);
  };
  setTimeout(ask, 1500);
}

// On a phone the pages are a strip: the one that is open has to be seen.
const strip = document.querySelector(".way ol");
const current = strip?.querySelector("[aria-current]");
if (current) strip.scrollLeft = current.parentElement.offsetLeft - strip.offsetLeft - 40;

// A page that comes back from the browser's own cache holds an old version.
addEventListener("pageshow", (event) => {
  if (event.persisted && form) location.reload();
});
