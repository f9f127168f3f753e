import "bootstrap/dist/css/bootstrap.min.css";
import { JSONEditor } from "@json-editor/json-editor";
import { TRADES, STATES, post } from "./listing.js";

const editor = new JSONEditor(document.getElementById("app"), {
  theme: "bootstrap5", disable_collapse: true, disable_edit_json: true, disable_properties: true, required_by_default: true,
  schema: {
    title: "Business listing", type: "object", properties: {
      name: { type: "string", title: "Business name", minLength: 2 },
      category: { type: "string", title: "Category", enum: TRADES },
      description: { type: "string", format: "textarea", title: "Description" },
      location: { type: "object", title: "Location", properties: {
        street: { type: "string", title: "Street" }, city: { type: "string", title: "City" },
        state: { type: "string", title: "State", enum: Object.keys(STATES.us), options: { enum_titles: Object.values(STATES.us) } }, zip: { type: "string", title: "Zip" } } },
      phones: { type: "array", format: "table", title: "Phones", minItems: 1, items: { type: "object", title: "Phone", properties: { kind: { type: "string", title: "Kind", enum: ["main", "fax"] }, number: { type: "string", title: "Number" } } } },
      email: { type: "string", format: "email", title: "E-mail" },
      website: { type: "string", format: "url", title: "Website" },
      logo: { type: "string", title: "Logo", media: { binaryEncoding: "base64", type: "image/png" } },
    },
  },
});
const button = document.createElement("button");
button.className = "btn btn-success";
button.textContent = "Submit listing";
document.getElementById("app").after(button);
button.addEventListener("click", async () => {
  const errors = editor.validate();
  if (errors.length) return editor.setOption("show_errors", "always");
  const answer = await post(editor.getValue());
  alert((await answer.json()).message);
});
