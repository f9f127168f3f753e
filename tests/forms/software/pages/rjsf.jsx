import { createRoot } from "react-dom/client";
import { useState } from "react";
import validator from "@rjsf/validator-ajv8";
import { TRADES, COUNTRIES, pairs, post } from "./listing.js";

const schema = {
  title: "New listing", type: "object",
  required: ["name", "category", "description", "email", "address", "terms"],
  properties: {
    name: { type: "string", title: "Name of the business", minLength: 3 },
    category: { type: "string", title: "Category", enum: TRADES },
    description: { type: "string", title: "Description", maxLength: 200 },
    email: { type: "string", format: "email", title: "Email" },
    phone: { type: "string", title: "Phone" },
    website: { type: "string", format: "uri", title: "Website" },
    address: {
      type: "object", title: "Address", required: ["street", "city", "country"],
      properties: {
        street: { type: "string", title: "Street" }, city: { type: "string", title: "City" },
        postcode: { type: "string", title: "Postcode" },
        country: { type: "string", title: "Country", oneOf: pairs(COUNTRIES).map((p) => ({ const: p.value, title: p.label })) },
      },
    },
    founded: { type: "integer", title: "Year founded", minimum: 1800 },
    keywords: { type: "array", title: "Keywords", items: { type: "string" } },
    payment: { type: "array", title: "Payment methods", uniqueItems: true, items: { type: "string", enum: ["Cash", "Credit card", "Cheque"] } },
    newsletter: { type: "boolean", title: "Send me the newsletter" },
    terms: { type: "boolean", title: "I accept the terms of service", const: true },
  },
};
const ui = { description: { "ui:widget": "textarea" }, payment: { "ui:widget": "checkboxes" } };

function Page({ Form }) {
  const [done, setDone] = useState("");
  if (done) return <div role="alert" className="alert alert-success">{done}</div>;
  const send = async ({ formData }) => setDone((await (await post(formData)).json()).message);
  return <Form schema={schema} uiSchema={ui} validator={validator} onSubmit={send} />;
}

// Form: the form of one of the themes.
export function draw(Form) {
  createRoot(document.getElementById("app")).render(<Page Form={Form} />);
}
