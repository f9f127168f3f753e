"""What is typed is what the page's own script holds, however its controls are made."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

import pytest
from playwright.async_api import Page as Tab

from dbolt.browser import act
from dbolt.browser.observe import observe
from dbolt.domain.fields import Field
from dbolt.domain.submission import TypedValue
from dbolt.forms.page import Control, Page
from dbolt.forms.reading import Act, Action, FileValue
from tests.support.site import Asked, Site

PICTURE = FileValue("logo.png", "image/png", b"\x89PNG\r\n\x1a\n" + bytes(64))


def do(control: Control, kind: Act, *values: str, field: Field = Field.BUSINESS_NAME) -> Action:
    return Action(control.ref, field, kind, values, control=control.name)


def named(page: Page, name: str) -> Control:
    return next(c for c in page.controls if c.name == name)


async def performed(
    tab: Tab, html: str, *wanted: tuple[str, Act, Sequence[str]]
) -> list[TypedValue]:
    """Sets the controls of those names on a page of *html*."""
    await tab.set_content(html)
    page = await observe(tab)
    return await act.perform(tab, [do(named(page, n), kind, *v) for n, kind, v in wanted])


# A framework's controlled input: the script's own state is the truth, and is put back otherwise.
CONTROLLED = """<form><input name=a><textarea name=b></textarea>
<select name=c><option value=''>-<option value=x>Ex</select><input name=d type=checkbox></form>
<script>
window.state = {a: "", b: "", c: "", d: false};
for (const el of document.querySelectorAll("[name]")) {
  const prop = el.type === "checkbox" ? "checked" : "value";
  const own = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(el), prop);
  let tracked = own.get.call(el);
  Object.defineProperty(el, prop, {configurable: true, get() { return own.get.call(this); },
    set(v) { tracked = v; own.set.call(this, v); }});
  for (const type of ["input", "change", "click"]) el.addEventListener(type, () => {
    const now = own.get.call(el);
    if (now === tracked) return;
    tracked = now; state[el.name] = now;
  });
  el.addEventListener("blur", () => { own.set.call(el, state[el.name]); });
}
</script>"""


async def test_controlled_inputs_take_the_value_into_their_state(tab: Tab) -> None:
    values = await performed(
        tab,
        CONTROLLED,
        ("a", Act.TEXT, ["Harbor"]),
        ("b", Act.TEXT, ["Two\nlines"]),
        ("c", Act.SELECT, ["x"]),
        ("d", Act.CHECK, []),
    )
    assert await tab.evaluate("state") == {"a": "Harbor", "b": "Two\nlines", "c": "x", "d": True}
    assert all(v.kept for v in values)
    assert [v.read_back for v in values] == ["Harbor", "Two\nlines", "Ex", "yes"]


async def test_a_box_that_only_believes_keys_is_typed_into(tab: Tab) -> None:
    (value,) = await performed(
        tab,
        """<input name=a><script>let typed = ""; const a = document.querySelector("input");
        a.addEventListener("keypress", (e) => { if (e.isTrusted) typed += e.key; });
        a.addEventListener("blur", () => { a.value = typed; });</script>""",
        ("a", Act.TEXT, ["Harbor 12"]),
    )
    assert await tab.input_value("input") == "Harbor 12"
    assert value.kept


async def test_a_mask_may_format_and_a_page_that_cuts_is_found_out(tab: Tab) -> None:
    await tab.set_content(
        """<input name=p onchange="this.value = this.value.replace(/\\D/g, '')
          .replace(/^1?(\\d{3})(\\d{3})(\\d{4})$/, '($1) $2-$3')">
        <input name=n onblur="this.value = this.value.slice(0, 6)"><input name=m maxlength=4>
        <input name=r readonly value=fixed>"""
    )
    page = await observe(tab)
    phone, name, most, fixed = await act.perform(
        tab,
        [
            do(named(page, "p"), Act.TEXT, "+1 207 555 0142", field=Field.PHONE),
            do(named(page, "n"), Act.TEXT, "Harbor Lane"),
            do(named(page, "m"), Act.TEXT, "Harbor Lane"),
            do(named(page, "r"), Act.TEXT, "Harbor Lane"),
        ],
    )
    assert (phone.read_back, phone.kept) == ("(207) 555-0142", True)
    assert (name.read_back, name.kept) == ("Harbor", False)
    assert (most.read_back, most.kept) == ("Harb", False)
    assert (fixed.read_back, fixed.kept) == ("fixed", False)


async def test_a_value_wiped_by_a_later_choice_is_typed_again(tab: Tab) -> None:
    values = await performed(
        tab,
        """<form><input name=a><select name=b onchange="document.querySelector('input').value=''">
        <option value=''>-<option value=1>One</select></form>""",
        ("a", Act.TEXT, ["Harbor"]),
        ("b", Act.SELECT, ["1"]),
    )
    assert [v.kept for v in values] == [True, True]
    assert await tab.input_value("input") == "Harbor"


async def test_a_cascade_is_waited_for(tab: Tab) -> None:
    (country, state) = await performed(
        tab,
        """<form><select name=country><option value=''>-<option value=us>USA</select>
        <select name=state><option value=''>First choose a country</select></form><script>
        const [c, s] = document.querySelectorAll("select");
        c.onchange = () => setTimeout(() => {
          s.innerHTML = "<option value=23>Maine"; s.value = ""; }, 400);</script>""",
        ("country", Act.SELECT, ["us"]),
        ("state", Act.SELECT, ["23"]),
    )
    assert (country.kept, state.kept, state.read_back) == (True, True, "Maine")


async def test_a_group_is_ticked_by_its_options_refs(tab: Tab) -> None:
    await tab.set_content(
        "<form><label><input type=checkbox name=pay[] value=c checked>Cash</label>"
        "<label><input type=checkbox name=pay[] value=v>Visa</label>"
        "<style>.x{display:none}</style>"
        "<label><input class=x type=radio name=r value=1>Cheap</label>"
        "<label><input class=x type=radio name=r value=2>Dear</label></form>"
    )
    page = await observe(tab)
    boxes, radios = page.controls
    values = await act.perform(
        tab,
        [
            do(boxes, Act.CHECK, boxes.options[1].ref),
            do(boxes, Act.UNCHECK, boxes.options[0].ref),
            do(radios, Act.CHECK, radios.options[1].ref),
        ],
    )
    assert [(v.typed, v.read_back, v.kept) for v in values] == [
        ("Visa", "Visa", True),
        ("", "", True),
        ("Dear", "Dear", True),
    ]
    sent = await tab.evaluate("[...new FormData(document.forms[0])].map(x => x.join('='))")
    assert sent == ["pay[]=v", "r=2"]


WIDGET = """<form><label for=w>Category</label>
<select id=w name=w style="display:none"><option value=''>-<option value=1>Bakery<option value=2>Bar
</select><div class="fancy-select" style="width:200px;height:30px;border:1px solid" tabindex=0>
<span id=shown>Choose</span></div><input name=other></form>
<ul id=list role=listbox hidden><li role=option data-v=1>Bakery<li role=option data-v=2>Bar</ul>
<script>
const original = document.querySelector("select"), skin = document.querySelector(".fancy-select");
skin.onclick = () => { list.hidden = !list.hidden; };
list.onclick = (e) => { original.value = e.target.dataset.v; shown.textContent = e.target.innerText;
  list.hidden = true; };
</script>"""


@pytest.mark.parametrize(("kind", "value"), [(Act.SELECT, "2"), (Act.COMBOBOX, "Bar")])
async def test_a_skin_is_used_as_a_person_would(tab: Tab, kind: Act, value: str) -> None:
    (value_,) = await performed(tab, WIDGET, ("w", kind, [value]))
    assert value_.kept
    assert await tab.inner_text("#shown") == "Bar"
    assert await tab.input_value("select") == "2"


SEARCHED = """<form><div class=box style="border:1px solid;width:220px;padding:6px">
<span id=chosen></span><input name=w role=combobox aria-controls=l style="width:60px"></div>
<input name=other></form><div id=l role=listbox hidden></div>
<script>
const input = document.querySelector("[name=w]"), all = ["Portland, ME", "Portland, OR", "Boston"];
let picked = "";
input.oninput = () => { l.hidden = false; l.textContent = "Loading"; setTimeout(() => {
  l.innerHTML = all.filter((x) => x.toLowerCase().includes(input.value.toLowerCase()))
    .map((x) => `<div role=option>${x}</div>`).join(""); }, 150); };
l.onmousedown = (e) => { if (e.target.getAttribute("role") !== "option") return;
  picked = chosen.textContent = e.target.innerText; l.hidden = true; };
input.onblur = () => { input.value = ""; };
</script>"""


async def test_a_list_that_is_empty_until_typed_into_is_searched(tab: Tab) -> None:
    (value,) = await performed(tab, SEARCHED, ("w", Act.COMBOBOX, ["Portland, ME"]))
    assert (value.kept, value.read_back) == (True, "Portland, ME")
    assert await tab.evaluate("picked") == "Portland, ME"


async def _towns_at_leisure(_asked: Asked) -> str:
    await asyncio.sleep(3)
    return json.dumps(["Portland, ME", "Portland, OR"])


async def test_a_list_is_waited_for_while_the_site_has_not_answered(tab: Tab) -> None:
    slow = SEARCHED.replace('"Loading"', '"" , l.innerHTML = "<div role=option>Searching…</div>"')
    slow = slow.replace(
        "setTimeout(() => {", "fetch('/towns').then((a) => a.json()).then((all) => {"
    ).replace("}, 150); };", "}); };")
    pages = {"GET /": "<!doctype html>" + slow, "GET /towns": _towns_at_leisure}
    async with Site(pages) as site:
        await tab.goto(site.url + "/")
        page = await observe(tab)
        (value,) = await act.perform(tab, [do(named(page, "w"), Act.COMBOBOX, "Portland, ME")])
    assert (value.kept, value.read_back) == (True, "Portland, ME")


async def test_no_choice_is_made_where_none_is_meant(tab: Tab) -> None:
    (value,) = await performed(tab, SEARCHED, ("w", Act.COMBOBOX, ["Springfield"]))
    assert not value.kept
    assert await tab.evaluate("picked") == ""


async def test_choices_of_another_widget_are_not_taken(tab: Tab) -> None:
    html = SEARCHED.replace("<form>", "<form><ul><li role=option>Springfield</ul>")
    await performed(tab, html, ("w", Act.COMBOBOX, ["Springfield"]))
    assert await tab.evaluate("picked") == ""


TAGS = """<form onsubmit="sent = 1; return false"><div class="tag-input"
style="border:1px solid;width:300px;padding:5px"><input name=t></div><button>Send</button></form>
<script>
let sent = 0; const box = document.querySelector(".tag-input"), input = box.firstElementChild;
input.onkeydown = (e) => { if (e.key !== KEY) return; PREVENT
  const tag = document.createElement("span"); tag.className = "tag"; tag.textContent = input.value;
  box.insertBefore(tag, input); setTimeout(() => { input.value = ""; }); };
</script>"""


@pytest.mark.parametrize(
    ("key", "prevent"), [("Enter", "e.preventDefault();"), ("Enter", ""), (",", "")]
)
async def test_tags_are_made_one_by_one_and_nothing_is_sent(
    tab: Tab, key: str, prevent: str
) -> None:
    html = TAGS.replace("KEY", f"'{key}'").replace("PREVENT", prevent)
    (value,) = await performed(tab, html, ("t", Act.TAGS, ["bread", "wedding cakes"]))
    assert value.kept
    assert await tab.locator(".tag").all_inner_texts() == ["bread", "wedding cakes"]
    assert await tab.evaluate("sent") == 0
    await tab.click("button")
    assert await tab.evaluate("sent") == 1


EDITORS = {
    "plain": "<label>About</label><div class=editor><div contenteditable=true></div></div>",
    "own model": """<div class=editor><div contenteditable=true id=e></div></div><script>
      let model = ""; e.addEventListener("beforeinput", (ev) => { if (!ev.isTrusted) return;
      ev.preventDefault(); if (ev.inputType.startsWith("delete")) model = "";
      else model = ev.data ?? ev.dataTransfer?.getData("text/plain") ?? ""; e.innerText = model; });
      </script>""",
    "in a frame": "<iframe srcdoc='<body contenteditable=true><p>Old text'></iframe>",
    "design mode": "<iframe id=f></iframe><script>f.contentDocument.designMode='on'</script>",
}


@pytest.mark.parametrize("kind", EDITORS)
async def test_editors_hold_the_text(tab: Tab, kind: str) -> None:
    text = "Bread, baked by hand.\nOpen every day."
    (value,) = await performed(tab, f"<form>{EDITORS[kind]}</form>", ("", Act.RICH_TEXT, [text]))
    assert value.kept
    assert value.read_back.split() == text.split()


async def test_files_reach_inputs_and_zones(tab: Tab) -> None:
    await tab.set_content(
        """<form><label class=btn>Logo <input type=file name=logo style="display:none"></label>
        <div class=dropzone style="height:90px">Drop photos</div></form><script>
        const zone = document.querySelector(".dropzone"); let got = [];
        zone.ondragover = (e) => e.preventDefault();
        zone.ondrop = async (e) => { e.preventDefault(); const f = e.dataTransfer.files[0];
          got.push([f.name, f.type, f.size]); zone.append(f.name); };</script>"""
    )
    page = await observe(tab)
    values = await act.perform(
        tab, [Action(c.ref, Field.LOGO, Act.FILE, file=PICTURE) for c in page.controls]
    )
    assert [v.kept for v in values] == [True, True]
    size = await tab.evaluate("document.querySelector('input').files[0].size")
    assert size == len(PICTURE.data)
    assert await tab.evaluate("got") == [["logo.png", "image/png", len(PICTURE.data)]]


@pytest.mark.parametrize(
    ("html", "value"),
    [
        ("<input name=a type=date>", "2020-05-04"),
        ("<input name=a type=time>", "09:30"),
        ("<input name=a class=datepicker readonly>", "2020-05-04"),
        ("<input name=a class=timepicker onblur=\"this.value='9:30 AM'\">", "09:30"),
    ],
)
async def test_dates_and_times_are_set(tab: Tab, html: str, value: str) -> None:
    await tab.set_content(html)
    page = await observe(tab)
    action = do(page.controls[0], Act.DATE_TIME, value, field=Field.HOURS)
    (typed,) = await act.perform(tab, [action])
    assert typed.kept
    assert await tab.input_value("input") != ""


async def test_frames_and_shadow_roots_are_reached(tab: Tab) -> None:
    await tab.set_content(
        """<my-box></my-box><iframe srcdoc="<input name=inner>"></iframe><script>
        document.querySelector("my-box").attachShadow({mode: "open"}).innerHTML =
          "<input name=shadow onblur='this.value = this.value.toUpperCase()'>";</script>"""
    )
    await tab.frames[1].wait_for_selector("input")
    page = await observe(tab)
    wanted = [do(named(page, n), Act.TEXT, "Harbor") for n in ("inner", "shadow")]
    values = await act.perform(tab, wanted)
    assert [(v.read_back, v.kept) for v in values] == [("Harbor", True), ("HARBOR", True)]


async def test_a_control_that_has_gone_is_not_kept(tab: Tab) -> None:
    await tab.set_content("<form><input name=a><input name=b></form>")
    page = await observe(tab)
    actions = [do(c, Act.TEXT, "Harbor") for c in page.controls]
    await tab.evaluate("document.querySelector('input').remove()")
    gone, here = await act.perform(tab, actions)
    assert (gone.kept, gone.read_back, here.kept) == (False, "", True)


async def test_reading_back_touches_nothing_and_sees_a_loss(tab: Tab) -> None:
    await tab.set_content(
        "<input name=a><script>events = 0; for (const t of ['input', 'change', 'focus', 'blur'])"
        "document.querySelector('input').addEventListener(t, () => events++)</script>"
    )
    page = await observe(tab)
    action = do(page.controls[0], Act.TEXT, "Harbor")
    await act.perform(tab, [action])
    before = await tab.evaluate("events")
    assert (await act.read_back(tab, [action]))[0].kept
    await tab.evaluate("document.querySelector('input').value = ''")
    assert not (await act.read_back(tab, [action]))[0].kept
    assert await tab.evaluate("events") == before
