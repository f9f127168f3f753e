"""Inputs of frameworks, pickers, tags, editors, uploaders and telephones."""

from __future__ import annotations

import json

from dbolt.domain.fields import Field
from dbolt.forms.page import Widget
from dbolt.forms.reading import Act
from tests.browser.widgets.case import DATE, HOURS, PICTURE, TAGS, WORDS, Library, Want, rich

INPUTS = [
    Library(
        "react_inputs",
        (
            Want("Business name", Widget.INPUT, Act.TEXT, ("Harbor",), "Harbor", "name"),
            Want("Phone", Widget.INPUT, Act.TEXT, ("207 555 0142",), "207 555 0142", "phone"),
            Want("Description", Widget.TEXTAREA, Act.TEXT, ("One line",), "One line", "about"),
            Want("Country", Widget.SELECT, Act.SELECT, ("de",), "de", "country", held="Germany"),
            Want("I agree to the terms", Widget.CHECKBOX, Act.CHECK, (), "on", "terms"),
        ),
        "state",
        {
            "name": "Harbor",
            "phone": "207 555 0142",
            "about": "One line",
            "country": "de",
            "size": "",
            "terms": True,
        },
    ),
    Library(
        "react_inputs",
        (
            Want(
                "Business name",
                Widget.INPUT,
                Act.TEXT,
                ("Harbor Lane Bakery & Cakes",),
                "Harbor Lane Bakery &",
                "name",
                kept=False,
                held="Harbor Lane Bakery &",
            ),
            Want("Phone", Widget.INPUT, Act.TEXT, ("call",), "", "phone", kept=False, held=""),
        ),
    ),
    Library(
        "vue",
        (
            Want("Business name", Widget.INPUT, Act.TEXT, ("Harbor",), "Harbor", "name"),
            Want("Phone", Widget.INPUT, Act.TEXT, ("207 555 0142",), "207 555 0142", "phone"),
            Want("Employees", Widget.INPUT, Act.TEXT, ("12",), "12", "employees"),
            Want("Description", Widget.TEXTAREA, Act.TEXT, ("One line",), "One line", "about"),
            Want("Country", Widget.SELECT, Act.SELECT, ("de",), "de", "country", held="Germany"),
            Want("I agree to the terms", Widget.CHECKBOX, Act.CHECK, (), "true", "terms"),
            Want(
                "Promotion code", Widget.INPUT, Act.TEXT, ("X1",), "", "code", kept=False, held=""
            ),
        ),
        "state.employees",
        12,
    ),
    Library(
        "flatpickr",
        (
            Want("Founded on", DATE, Act.DATE_TIME, ("2012-05-04",), "2012-05-04", "founded"),
            Want("Next event", DATE, Act.DATE_TIME, ("2027-05-04",), "2027-05-04", "event"),
            Want("Opens at", DATE, Act.DATE_TIME, ("09:30",), "09:30", "opens", HOURS),
            Want(
                "Closes at",
                DATE,
                Act.DATE_TIME,
                ("17:30",),
                "5:30 PM",
                "closes",
                HOURS,
                held="5:30 PM",
            ),
            Want("Member since", DATE, Act.DATE_TIME, ("2016-05-04",), "04/05/2016", "since"),
        ),
    ),
    Library(
        "flatpickr",
        (
            Want(
                "Member since",
                DATE,
                Act.DATE_TIME,
                ("2012-05-04",),
                "",
                "since",
                kept=False,
                held="",
            ),
            Want(
                "Opens at", DATE, Act.DATE_TIME, ("late",), "", "opens", HOURS, kept=False, held=""
            ),
        ),
    ),
    Library(
        "timepicker",
        (
            Want(
                "Opens at", DATE, Act.DATE_TIME, ("09:30",), "9:30am", "opens", HOURS, held="9:30am"
            ),
            Want("Closes at", DATE, Act.DATE_TIME, ("17:30",), "17:30", "closes", HOURS),
        ),
    ),
    Library(
        "timepicker",
        (
            Want(
                "Closes at",
                DATE,
                Act.DATE_TIME,
                ("17:40",),
                "17:45",
                "closes",
                HOURS,
                kept=False,
                held="17:45",
            ),
        ),
    ),
    Library(
        "tagify",
        (
            Want(
                "Keywords",
                TAGS,
                Act.TAGS,
                WORDS,
                json.dumps([{"value": w} for w in WORDS], separators=(",", ":")),
                "keywords",
            ),
            Want("Category", TAGS, Act.TAGS, ("Bakery",), '[{"value":"Bakery"}]', "category"),
        ),
    ),
    Library(
        "tagify",
        (Want("Category", TAGS, Act.TAGS, ("Springfield",), "", "category", kept=False, held=""),),
    ),
    Library(
        "dropzone",
        (
            Want("Logo", Widget.DROP_ZONE, Act.FILE, (), file=PICTURE, field=Field.LOGO),
            Want(
                "Certificate",
                Widget.DROP_ZONE,
                Act.FILE,
                (),
                file=PICTURE,
                field=Field.LOGO,
                kept=False,
                held="",
            ),
        ),
        "Dropzone.instances.map((zone) => zone.getAcceptedFiles().map((f) => f.status))",
        [["success"], []],
    ),
    Library(
        "filepond",
        (
            Want(
                "Logo",
                Widget.FILE,
                Act.FILE,
                (),
                "logo.png",
                "logo",
                file=PICTURE,
                field=Field.LOGO,
            ),
            Want(
                "Photo", Widget.FILE, Act.FILE, (), "f-1", "photo", file=PICTURE, field=Field.LOGO
            ),
        ),
        until="document.querySelector('[type=hidden][name=photo]')?.value",
    ),
    Library(
        "uppy",
        (Want("Logo", Widget.FILE, Act.FILE, (), file=PICTURE, field=Field.LOGO),),
        "held()",
        ["logo.png"],
    ),
    Library(
        "intl_tel_input",
        (
            Want(
                "Phone",
                Widget.PHONE,
                Act.TEXT,
                ("+493023125123",),
                "+493023125123",
                "phone_full",
                Field.PHONE,
                held="3023125123",
            ),
            Want(
                "Mobile",
                Widget.PHONE,
                Act.TEXT,
                ("+12075550142",),
                name="mobile",
                field=Field.PHONE,
                held="2075550142",
            ),
        ),
        "held()",
        ["+493023125123", "+12075550142"],
    ),
    rich("quill", "<p>Bread, baked by hand.</p><p>Open every day.</p>"),
    rich("tinymce", "<p>Bread, baked by hand.</p>\r\n<p>Open every day.</p>"),
    rich("ckeditor", "<p>Bread, baked by hand.</p><p>Open every day.</p>"),
]
