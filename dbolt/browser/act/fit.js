// Could a person press this button now, and where on the page does a form stand?

// Whether a click on its middle would reach the button, as far as its own document can tell.
function isFit(number) {
  const el = elementOf(number);
  if (!el || el.matches(":disabled") || el.closest("[aria-disabled=true]")) return false;
  const middle = () => {
    const box = el.getBoundingClientRect();
    return [box.left + box.width / 2, box.top + box.height / 2];
  };
  let [x, y] = middle();
  if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) {
    el.scrollIntoView({ block: "center", behavior: "instant" });
    [x, y] = middle();
  }
  const hit = el.getRootNode().elementFromPoint(x, y);
  return Boolean(hit) && (el === hit || el.contains(hit));
}

// Where these stand in the document, from the top of the first to the foot of the last; null if none does.
function spanOf(numbers) {
  const boxes = numbers.map(elementOf).filter(Boolean).map((el) => el.getBoundingClientRect()).filter((box) => box.width);
  if (!boxes.length) return null;
  return [Math.min(...boxes.map((box) => box.top)) + scrollY, Math.max(...boxes.map((box) => box.bottom)) + scrollY];
}
