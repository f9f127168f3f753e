// What on the page is there to be clicked, and says a few words: the leaves of trees, tiles, links.
// Runs with look/registry.js and look/visible.js before it.

const CLICKABLE = "a, button, li, [role=button], [role=option], [role=treeitem], [role=menuitem], [role=radio], [role=tab], [onclick], [tabindex='0']";
const FURNITURE = "nav, footer, header:not(form header), select, [aria-hidden=true]";

function clickables({ most }) {
  const found = [];
  for (const el of document.querySelectorAll(CLICKABLE)) {
    if (found.length >= most) break;
    const href = attr(el, "href");
    const away = href !== "" && !/^(#|javascript:)/i.test(href);
    if (el.type === "submit" || el.type === "reset" || el.disabled || el.closest(FURNITURE) || !isDrawn(el, 4)) continue;
    // A row whose words belong to something inside it is pressed there.
    if ([...el.querySelectorAll(CLICKABLE)].some((inner) => isDrawn(inner, 4) && folded(inner.innerText, 80))) continue;
    const text = folded(el.innerText || el.value || "", 80);
    if (!text || el.querySelector("input:not([type=hidden]), textarea, select")) continue;
    found.push({ number: numberOf(el), text, away, around: aroundOf(el), form: Boolean(el.closest("form")) });
  }
  return found;
}

// The words before a thing to click, in the smallest box around it that has others.
function aroundOf(el) {
  let box = el.parentElement;
  for (let depth = 0; box && depth < 3 && box.localName !== "form"; depth++, box = box.parentElement) {
    const words = folded(box.innerText, 200);
    if (words.length > 160) return "";
    if (words !== folded(el.innerText, 200)) return words;
  }
  return "";
}
