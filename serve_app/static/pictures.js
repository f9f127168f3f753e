// The pictures of the business form by direct handling: the logo's square is dragged or moved with
// the arrow keys, photos are dropped onto the page and dragged into order. Without it, numbers and
// buttons do the same.
"use strict";

const crop = () => {
  const picture = document.querySelector("[data-crop-of]");
  if (!picture) return;
  const whole = { width: Number(picture.dataset.cropOf), height: Number(picture.dataset.cropHigh) };
  const shortest = Math.min(whole.width, whole.height);
  const fields = ["x", "y", "size"].map((name) => document.getElementById(`crop-${name}`));
  const square = document.createElement("button");
  square.type = "button";
  square.className = "crop-square";
  square.setAttribute("aria-describedby", "crop-how");
  const corner = document.createElement("span");
  corner.className = "crop-corner";
  square.append(corner);
  const stage = document.createElement("span");
  stage.className = "crop-stage";
  picture.replaceWith(stage);
  stage.append(picture, square);
  document.getElementById("crop-how").hidden = false;

  const small = document.querySelector(".logo-now img:not(.whole)");
  const preview = document.createElement("canvas");
  preview.width = preview.height = 264;
  preview.setAttribute("role", "img");
  preview.setAttribute("aria-label", small.alt);
  small.replaceWith(preview);

  const read = () => fields.map((field) => Math.max(0, Number.parseInt(field.value, 10) || 0));
  const draw = () => {
    const [x, y, size] = read();
    square.style.left = `${(100 * x) / whole.width}%`;
    square.style.top = `${(100 * y) / whole.height}%`;
    square.style.width = `${(100 * size) / whole.width}%`;
    square.style.height = `${(100 * size) / whole.height}%`;
    square.setAttribute("aria-label", `Square: ${x} from the left, ${y} from the top, edge ${size}`);
    const pen = preview.getContext("2d");
    pen.clearRect(0, 0, 264, 264);
    const scale = picture.naturalWidth / whole.width;
    if (scale) {
      pen.drawImage(picture, x * scale, y * scale, size * scale, size * scale, 0, 0, 264, 264);
    }
  };
  const put = (x, y, size) => {
    const edge = Math.round(Math.min(Math.max(size, 16), shortest));
    const most = [whole.width - edge, whole.height - edge];
    [x, y].forEach((at, n) => {
      fields[n].value = Math.round(Math.min(Math.max(at, 0), most[n]));
    });
    fields[2].value = edge;
    draw();
  };

  let held = null;
  square.addEventListener("pointerdown", (event) => {
    held = { x: event.clientX, y: event.clientY, from: read(), edge: event.target === corner };
    square.setPointerCapture(event.pointerId);
    square.focus();
    event.preventDefault();
  });
  square.addEventListener("pointermove", (event) => {
    if (!held) return;
    const scale = whole.width / stage.clientWidth;
    const [right, down] = [(event.clientX - held.x) * scale, (event.clientY - held.y) * scale];
    const [x, y, size] = held.from;
    if (held.edge) {
      put(x, y, Math.min(size + Math.max(right, down), whole.width - x, whole.height - y));
    } else put(x + right, y + down, size);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    square.addEventListener(end, () => {
      held = null;
    });
  }
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  square.addEventListener("keydown", (event) => {
    const [x, y, size] = read();
    const step = Math.max(1, Math.round(whole.width / (event.shiftKey ? 10 : 100)));
    if (steps[event.key]) {
      const [right, down] = steps[event.key];
      put(x + right * step, y + down * step, size);
    } else if (event.key === "+" || event.key === "=") put(x, y, size + step);
    else if (event.key === "-") put(x, y, size - step);
    else return;
    event.preventDefault();
  });
  for (const field of fields) field.addEventListener("input", draw);
  if (picture.complete) draw();
  else picture.addEventListener("load", draw);
};

const drop = () => {
  const form = document.querySelector("[data-drop]");
  if (!form) return;
  const words = form.querySelector(".drop-words");
  const input = form.querySelector("[type=file]");
  words.hidden = false;
  words.textContent = "Or drop them here.";
  const files = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const over = (on) => form.classList.toggle("over", on);
  form.addEventListener("dragover", (event) => {
    if (!files(event)) return;
    event.preventDefault();
    over(true);
  });
  form.addEventListener("dragleave", () => over(false));
  form.addEventListener("drop", (event) => {
    if (!files(event)) return;
    event.preventDefault();
    over(false);
    input.files = event.dataTransfer.files;
    form.requestSubmit();
  });
  form.addEventListener("submit", () => {
    if (input.files.length) words.textContent = "Uploading…";
  });
};

const arrange = () => {
  const form = document.querySelector("[data-photos]");
  const list = form?.querySelector(".photos");
  if (!list) return;
  let dragged = null;
  for (const photo of list.children) {
    // The picture is the handle: text in the field has to stay selectable.
    const handle = photo.querySelector("img");
    handle.draggable = true;
    handle.addEventListener("dragstart", (event) => {
      dragged = photo;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", photo.dataset.photo);
      photo.classList.add("dragged");
    });
    handle.addEventListener("dragend", () => photo.classList.remove("dragged"));
    photo.addEventListener("dragover", (event) => {
      if (!dragged || dragged === photo) return;
      event.preventDefault();
    });
    photo.addEventListener("drop", (event) => {
      if (!dragged || dragged === photo) return;
      event.preventDefault();
      const later = dragged.compareDocumentPosition(photo) & Node.DOCUMENT_POSITION_FOLLOWING;
      photo[later ? "after" : "before"](dragged);
      dragged = null;
      const order = document.createElement("input");
      order.type = "hidden";
      order.name = "what";
      order.value = `order:${[...list.children].map((one) => one.dataset.photo).join(",")}`;
      form.append(order);
      form.submit();
    });
  }
};

crop();
drop();
arrange();
