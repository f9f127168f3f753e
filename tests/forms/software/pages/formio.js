import "@formio/js/dist/formio.full.min.css";
import { Formio } from "@formio/js";
import { TRADES, STATES, pairs, post } from "./listing.js";

const text = (key, label, more = {}) => ({ type: "textfield", key, label, input: true, ...more });
const must = { validate: { required: true } };

Formio.createForm(document.getElementById("app"), {
  components: [
    text("businessName", "Business Name", must),
    {
      type: "select", key: "category", label: "Category", input: true, ...must, widget: "choicesjs",
      data: { values: TRADES.map((label) => ({ label, value: label.toLowerCase() })) },
    },
    { type: "textarea", key: "description", label: "Description", input: true, showCharCount: true, validate: { required: true, maxLength: 120 } },
    {
      type: "columns", columns: [
        { width: 6, components: [{ type: "phoneNumber", key: "phone", label: "Phone Number", input: true, ...must }] },
        { width: 6, components: [{ type: "email", key: "email", label: "Email", input: true, ...must }] },
      ],
    },
    { type: "url", key: "website", label: "Url", input: true, placeholder: "https://" },
    {
      type: "panel", title: "Address", components: [
        text("street", "Street", must), text("city", "City", must),
        { type: "select", key: "state", label: "State", input: true, ...must, data: { values: pairs(STATES.us) } },
        text("zip", "ZIP", { inputMask: "99999", ...must }),
      ],
    },
    { type: "tags", key: "tags", label: "Tags", input: true },
    { type: "selectboxes", key: "payment", label: "Payment Accepted", input: true, values: [{ label: "Cash", value: "cash" }, { label: "Credit card", value: "card" }, { label: "Bitcoin", value: "btc" }] },
    { type: "checkbox", key: "terms", label: "I agree to the terms and conditions", input: true, ...must },
    { type: "button", action: "submit", key: "submit", label: "Submit", input: true, theme: "primary", disableOnInvalid: true },
  ],
}, { noAlerts: false }).then((form) => {
  form.nosubmit = true;
  form.on("submit", async (submission) => {
    const answer = await post(submission.data);
    form.emit("submitDone", submission);
    form.setAlert("success", (await answer.json()).message);
  });
});
