import "@formio/js/dist/formio.full.min.css";
import { Formio } from "@formio/js";
import { TRADES, post } from "./listing.js";

const must = { input: true, validate: { required: true } };
Formio.createForm(document.getElementById("app"), {
  display: "wizard",
  components: [
    {
      type: "panel", key: "p1", title: "Company", components: [
        { type: "textfield", key: "company", label: "Company", ...must },
        { type: "select", key: "trade", label: "Industry", ...must, widget: "html5", data: { values: TRADES.map((label) => ({ label, value: label })) } },
        { type: "radio", key: "kind", label: "Do you serve customers at your address?", input: true, inline: true, values: [{ label: "Yes", value: "yes" }, { label: "No", value: "no" }] },
      ],
    },
    {
      type: "panel", key: "p2", title: "Where", components: [
        { type: "textfield", key: "address1", label: "Address Line 1", ...must },
        { type: "textfield", key: "address2", label: "Address Line 2", input: true },
        { type: "textfield", key: "town", label: "Town / City", ...must },
        { type: "textfield", key: "postcode", label: "Postcode", ...must },
      ],
    },
    {
      type: "panel", key: "p3", title: "Contact", components: [
        { type: "textfield", key: "first", label: "First name", ...must },
        { type: "textfield", key: "last", label: "Last name", ...must },
        { type: "email", key: "mail", label: "Email address", ...must },
        { type: "email", key: "mail2", label: "Repeat email address", input: true, validate: { required: true, custom: "valid = (input === data.mail) ? true : 'The addresses do not match';" } },
        { type: "phoneNumber", key: "tel", label: "Telephone", input: true },
        { type: "textarea", key: "about", label: "Tell visitors about your company", ...must },
      ],
    },
  ],
}).then((form) => {
  form.nosubmit = true;
  form.on("submit", async (submission) => {
    await post(submission.data);
    location.href = "/thanks";
  });
});
