"""A weblog with a listing plug-in: every entry waits for the editors, and comments are open."""

from __future__ import annotations

from dbolt.domain.fields import Field
from dbolt.sandbox.checks import is_email, is_phone, listed, missing
from dbolt.sandbox.site import IN_REVIEW, Site
from dbolt.sandbox.visit import Answer, Visit

LAYOUT = """<!DOCTYPE html><html lang="en-US"><head><meta charset="UTF-8"><meta name="generator" content="Pressroom 6.2"><title>{{ title }} &#8211; The Editors&#8217; Desk</title><style>
body{margin:0;font:18px/1.7 "Source Serif Pro",Georgia,serif;color:#222;background:#fff}.site-header{padding:50px 10vw 20px;border-bottom:1px solid #eee}.site-title{font-size:34px}.entry{padding:30px 10vw;display:grid;grid-template-columns:2fr 1fr;gap:60px}.bl-form .fieldset{margin:0 0 20px}
.bl-form .fieldset>label{display:block;font:600 14px sans-serif}.bl-form input:not([type=checkbox]),.bl-form select,.bl-form textarea{width:100%;box-sizing:border-box;padding:9px;border:1px solid #ccc;font:16px sans-serif}.bl-form small{color:#999}.bl-error{border-left:4px solid #dc3232;background:#fbeaea;padding:8px 16px;font:15px sans-serif}
.bl-notice{border-left:4px solid #00a0d2;background:#e5f5fa;padding:12px 16px}.button{background:#222;color:#fff;border:0;padding:12px 30px;font:16px sans-serif}aside{font-size:15px;color:#555}aside input{width:100%}</style></head><body><header class="site-header"><div class="site-title">The Editors’ Desk</div><a href="/">Blog</a> · <a href="/submit-a-business/">Submit a business</a></header>
<div class="entry"><div>{{ body }}</div><aside><form role="search" action="/"><label>Search for: <input type="search" name="s" placeholder="Search …"></label></form><h4>Leave a comment</h4><form action="/comments-post" method="post"><label for="author">Name *</label><input id="author" name="author"><label for="email">Email *</label><input id="email" name="email"><label for="url">Website</label><input id="url" name="url"><label for="comment">Comment</label><textarea id="comment" name="comment" style="width:100%"></textarea><button>Post Comment</button></form></aside></div></body></html>"""

FORM = """<h1>Submit a business</h1>{% if e %}<div class="bl-error"><ul>{% for m in e.values() %}<li>{{ m }}</li>{% endfor %}</ul></div>{% endif %}<form action="/submit-a-business/" method="post" id="submit-business-form" class="bl-form" enctype="multipart/form-data"><input type="hidden" name="_nonce" value="{{ visit.token() }}">
<fieldset class="fieldset fieldset-business_title" style="border:0;padding:0"><label for="business_title">Business Name</label><div class="field required-field"><input type="text" name="business_title" id="business_title" value="{{ v.business_title }}" maxlength="120" required></div></fieldset>
<fieldset class="fieldset" style="border:0;padding:0"><label for="business_category">Category</label><div class="field"><select name="business_category[]" id="business_category" multiple size="6">{% for c in cats %}<option value="{{ loop.index }}" {{ "selected" if loop.index|string in visit.lists.get("business_category[]", []) }}>{{ c }}</option>{% endfor %}</select><small>One or two.</small></div></fieldset>
<fieldset class="fieldset" style="border:0;padding:0"><label for="business_location">Location <small>(optional)</small></label><div class="field"><input type="text" name="business_location" id="business_location" placeholder="e.g. 5 Main St, Springfield, IL 62701" value="{{ v.business_location }}"><small>Full address</small></div></fieldset>
<fieldset class="fieldset" style="border:0;padding:0"><label for="business_description">Description</label><div class="field"><textarea name="business_description" id="business_description" rows="8" required>{{ v.business_description }}</textarea></div></fieldset>
<h2>Contact details</h2><fieldset class="fieldset" style="border:0;padding:0"><label for="contact_person">Contact person</label><div class="field"><input name="contact_person" id="contact_person" value="{{ v.contact_person }}"></div></fieldset><fieldset class="fieldset" style="border:0;padding:0"><label for="business_phone">Phone</label><div class="field"><input name="business_phone" id="business_phone" value="{{ v.business_phone }}"></div></fieldset>
<fieldset class="fieldset" style="border:0;padding:0"><label for="business_email">Email</label><div class="field"><input type="email" name="business_email" id="business_email" value="{{ v.business_email }}"></div></fieldset><fieldset class="fieldset" style="border:0;padding:0"><label for="business_website">Website <small>(optional)</small></label><div class="field"><input name="business_website" id="business_website" placeholder="https://" value="{{ v.business_website }}"></div></fieldset>
<fieldset class="fieldset" style="border:0;padding:0"><label for="business_twitter">X (Twitter) <small>(optional)</small></label><div class="field"><input name="business_twitter" id="business_twitter" placeholder="https://x.com/you" value="{{ v.business_twitter }}"></div></fieldset><p><input type="checkbox" name="terms" id="terms" value="1"> <label for="terms">I accept the Terms and Conditions</label></p><p><input type="submit" name="submit_business" class="button" value="Submit for review"></p></form>"""

CATEGORIES = listed("Bakeries|Books|Cafés|Crafts|Fashion|Gardens|Music|Repair|Wine")

site = Site(
    slug="editors-desk",
    name="The Editors' Desk",
    hard="A moderation queue, a multiple select, and a comment form beside the listing form.",
    submit="/submit-a-business/",
    table="wp_posts",
    columns={
        "business_title": Field.BUSINESS_NAME,
        "categories": Field.CATEGORY,
        "business_location": Field.ADDRESS,
        "business_description": Field.DESCRIPTION,
        "contact_person": Field.CONTACT_NAME,
        "business_phone": Field.PHONE,
        "business_email": Field.EMAIL,
        "business_website": Field.WEBSITE,
        "business_twitter": Field.X,
    },
    layout=LAYOUT,
    right_categories=frozenset({"Bakeries", "Bakeries, Cafés"}),
    expected=IN_REVIEW,
    market="us",
)
site.decoy("/comments-post", "Your comment is awaiting moderation.")


@site.get("/")
def home(visit: Visit) -> str:
    word = visit.query["s"].casefold()
    rows = [r for r in visit.store.rows("published") if word in r["business_title"].casefold()]
    return visit.page(
        "<h1>Fresh from the desk</h1>{% for r in rows %}<h2>{{ r.business_title }}</h2>{% else %}<p>Nothing published yet.</p>{% endfor %}",
        rows=rows,
    )


@site.get("/submit-a-business/")
def form(visit: Visit) -> str:
    return visit.page(FORM, "Submit a business", cats=CATEGORIES)


@site.post("/submit-a-business/")
def submit(visit: Visit) -> Answer:
    v = visit.form
    errors = missing(
        v,
        {
            "business_title": "Business Name is a required field",
            "business_description": "Description is a required field",
        },
    )
    chosen = [
        CATEGORIES[int(n) - 1]
        for n in visit.lists.get("business_category[]", ())
        if n.isdigit() and 1 <= int(n) <= len(CATEGORIES)
    ]
    if not 1 <= len(chosen) <= 2:
        errors["cat"] = "Choose one or two categories"
    if not is_email(v["business_email"]):
        errors["email"] = "Email must be a valid email address"
    if v["business_phone"] and not is_phone(v["business_phone"]):
        errors["phone"] = "Phone must be a phone number"
    if not v["terms"]:
        errors["terms"] = "You must accept the Terms and Conditions"
    if visit.forged("_nonce"):
        errors["nonce"] = "Your session has expired, please submit again"
    if errors:
        return visit.page(FORM, "Submit a business", cats=CATEGORIES, e=errors)
    visit.store.add({**v, "categories": ", ".join(chosen)}, "pending")
    return visit.page(
        "<div class='bl-notice'>{{ v.business_title }} has been sent in. It will be reviewed by our editors and appear once approved.</div>"
    )
