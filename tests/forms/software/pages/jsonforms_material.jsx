import { createRoot } from "react-dom/client";
import { useState } from "react";
import { JsonForms } from "@jsonforms/react";
import { materialCells, materialRenderers } from "@jsonforms/material-renderers";
import { Button, Snackbar } from "@mui/material";
import { TRADES, STATES, pairs, post } from "./listing.js";

const schema = {
  type: "object", required: ["businessName", "category", "email", "street", "city"],
  properties: {
    businessName: { type: "string", minLength: 1 }, tagline: { type: "string" },
    category: { type: "string", enum: TRADES },
    description: { type: "string" }, email: { type: "string", format: "email" }, phoneNumber: { type: "string" },
    websiteUrl: { type: "string" }, street: { type: "string" }, city: { type: "string" },
    state: { type: "string", oneOf: pairs(STATES.us).map((p) => ({ const: p.value, title: p.label })) },
    zipCode: { type: "string", pattern: "^[0-9]{5}$" }, numberOfEmployees: { type: "integer" }, agreeToTerms: { type: "boolean" },
  },
};
const at = (name, options) => ({ type: "Control", scope: `#/properties/${name}`, options });
const uischema = {
  type: "Categorization", options: { variant: "stepper", showNavButtons: true },
  elements: [
    { type: "Category", label: "Business", elements: [at("businessName"), at("tagline"), at("category"), at("description", { multi: true }), at("numberOfEmployees")] },
    { type: "Category", label: "Contact", elements: [at("email"), at("phoneNumber"), at("websiteUrl")] },
    { type: "Category", label: "Address", elements: [{ type: "HorizontalLayout", elements: [at("street"), at("city")] }, { type: "HorizontalLayout", elements: [at("state"), at("zipCode")] }, at("agreeToTerms")] },
  ],
};

function Page() {
  const [state, setState] = useState({ data: {}, errors: [1] });
  const [said, say] = useState("");
  const send = async () => say((await (await post(state.data)).json()).message);
  return (
    <>
      <JsonForms schema={schema} uischema={uischema} data={state.data} renderers={materialRenderers} cells={materialCells} onChange={setState} />
      <Button variant="contained" disabled={state.errors.length > 0} onClick={send}>Publish listing</Button>
      <Snackbar open={Boolean(said)} message={said} />
    </>
  );
}

createRoot(document.getElementById("app")).render(<Page />);
