import { createRoot } from "react-dom/client";
import { useState } from "react";
import { JsonForms } from "@jsonforms/react";
import { vanillaCells, vanillaRenderers } from "@jsonforms/vanilla-renderers";
import { TRADES, COUNTRIES, pairs, post } from "./listing.js";

const schema = {
  type: "object", required: ["company_name", "industry", "contact_email"],
  properties: {
    company_name: { type: "string", title: "Company name", minLength: 1 }, industry: { type: "string", title: "Industry", enum: TRADES },
    about: { type: "string", title: "About the company" },
    contact_email: { type: "string", title: "Contact e-mail" }, contact_phone: { type: "string", title: "Contact phone" }, homepage: { type: "string", title: "Homepage" },
    street: { type: "string", title: "Street and number" }, town: { type: "string", title: "Town" }, zip: { type: "string", title: "ZIP" },
    country: { type: "string", title: "Country", oneOf: pairs(COUNTRIES).map((p) => ({ const: p.value, title: p.label })) },
    established: { type: "integer", title: "Established" },
    accepts_cards: { type: "boolean", title: "Accepts cards" },
  },
};

function Page() {
  const [state, setState] = useState({ data: {}, errors: [] });
  const [mode, setMode] = useState("ValidateAndHide");
  const [said, say] = useState("");
  const send = async () => {
    setMode("ValidateAndShow");
    if (!state.errors.length) { await post(state.data); say("Your company was added to our directory."); }
  };
  if (said) return <p>{said}</p>;
  return (
    <section className="listing">
      <JsonForms schema={schema} data={state.data} renderers={vanillaRenderers} cells={vanillaCells} onChange={setState} validationMode={mode} />
      <button type="button" onClick={send}>Add my company</button>
    </section>
  );
}

createRoot(document.getElementById("app")).render(<Page />);
