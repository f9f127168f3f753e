import "@bpmn-io/form-js/dist/assets/form-js.css";
import { Form } from "@bpmn-io/form-js-viewer";
import { TRADES, COUNTRIES, pairs, post } from "./listing.js";

const must = { validate: { required: true } };
const schema = { type: "default", schemaVersion: 18, components: [
  { type: "text", text: "# Register your business" },
  { type: "textfield", key: "name", label: "Business name", ...must },
  { type: "select", key: "sector", label: "Sector", searchable: true, values: TRADES.map((t) => ({ label: t, value: t })), ...must },
  { type: "textarea", key: "profile", label: "Company profile", ...must },
  { type: "textfield", key: "mail", label: "Email", validate: { required: true, validationType: "email" } },
  { type: "textfield", key: "tel", label: "Phone number", validate: { validationType: "phone", required: true } },
  { type: "textfield", key: "url", label: "Website" },
  { type: "group", label: "Location", showOutline: true, components: [
    { type: "textfield", key: "street", label: "Street", ...must }, { type: "textfield", key: "city", label: "City", ...must },
    { type: "textfield", key: "zip", label: "Postal code", ...must }, { type: "select", key: "country", label: "Country", values: pairs(COUNTRIES), ...must }] },
  { type: "number", key: "staff", label: "Number of employees" },
  { type: "taglist", key: "pay", label: "Payment methods", values: ["Cash", "Credit card", "Cheque"].map((t) => ({ label: t, value: t })) },
  { type: "checklist", key: "days", label: "Which leaflets may we send you?", values: ["Trade fair", "Training"].map((t) => ({ label: t, value: t })) },
  { type: "checkbox", key: "ok", label: "I agree to the terms of use", ...must },
  { type: "button", action: "submit", label: "Register" },
] };
const form = new Form({ container: document.getElementById("app") });
form.importSchema(schema, {}).then(() => form.on("submit", async ({ data, errors }) => {
  if (Object.keys(errors).length) return;
  await post(data);
  document.getElementById("app").innerHTML = "<p>Registration received. You will hear from us.</p>";
}));
