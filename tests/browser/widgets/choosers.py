"""Lists and boxes to choose from: what is meant, and what a list refuses."""

from __future__ import annotations

from dbolt.forms.page import Widget
from dbolt.forms.reading import Act
from tests.browser.widgets.case import (
    BAKERY,
    BOX,
    CITY,
    PAY,
    TAGS,
    WORDS,
    Library,
    Want,
    choice,
    none_fits,
)

CHOOSERS = [
    Library(
        "select2",
        (
            choice("category", "Category", BAKERY, "2"),
            choice("city", "City", CITY, "Portland-ME"),
            Want("Keywords", TAGS, Act.TAGS, WORDS, list(WORDS), "keywords"),
            PAY,
        ),
    ),
    Library("select2", (none_fits("category", "Category"),)),
    Library(
        "choices",
        (
            choice("category", "Category", BAKERY, "2"),
            Want("Keywords", TAGS, Act.TAGS, WORDS, ",".join(WORDS), "keywords"),
            PAY,
        ),
    ),
    Library(
        "choices",
        (
            none_fits("category", "Category"),
            Want(
                "Keywords",
                TAGS,
                Act.TAGS,
                ("a1", "b2", "c3", "d4"),
                "a1,b2,c3",
                "keywords",
                kept=False,
                held="a1, b2, c3",
            ),
        ),
    ),
    Library(
        "tom_select",
        (
            choice("category", "Category", BAKERY, "2"),
            choice("city", "City", CITY, "Portland-ME"),
            Want("Keywords", TAGS, Act.TAGS, WORDS, ",".join(WORDS), "keywords"),
            PAY,
        ),
    ),
    Library(
        "tom_select",
        (
            none_fits("category", "Category"),
            Want(
                "Keywords",
                TAGS,
                Act.TAGS,
                ("a1", "b2", "c3", "d4"),
                "a1,b2,c3",
                "keywords",
                kept=False,
                held="a1, b2, c3",
            ),
        ),
    ),
    Library(
        "react_select",
        (
            choice("category", "Category", BAKERY, "2"),
            choice("city", "City", CITY, "Portland-ME"),
            Want("Keywords", BOX, Act.TAGS, WORDS, list(WORDS), "keywords"),
            PAY,
        ),
    ),
    Library("react_select", (none_fits("city", "City"),)),
    Library(
        "mui",
        (
            Want("Business name", Widget.INPUT, Act.TEXT, ("Harbor",), "Harbor", "name"),
            choice("category", "Category", BAKERY, "Bakery"),
            choice("country", "Country", ("Germany",), "de"),
            Want("Keywords", BOX, Act.TAGS, WORDS),
            Want("I agree to the terms", Widget.CHECKBOX, Act.CHECK, (), "on", "terms"),
        ),
        "state",
        {
            "name": "Harbor",
            "category": "Bakery",
            "country": "de",
            "keywords": list(WORDS),
            "terms": True,
        },
    ),
    Library("mui", (none_fits("category", "Category"),)),
    Library(
        "downshift",
        (
            Want("Category", BOX, Act.COMBOBOX, BAKERY),
            Want("Country", BOX, Act.COMBOBOX, ("Germany",)),
        ),
        "state",
        {"category": "Bakery", "country": "Germany"},
    ),
]
