import { createRoot } from "react-dom/client";
import { useState } from "react";
import { Button, Checkbox, Combobox, Dialog, DialogBody, DialogContent, DialogSurface, DialogTitle, DialogTrigger, Dropdown, Field, FluentProvider, Input, Option, TagPicker, Textarea, webLightTheme } from "@fluentui/react-components";
import { TRADES, COUNTRIES, pairs, post } from "./listing.js";

function Page() {
  const [it, set] = useState({ terms: false });
  const [tried, setTried] = useState(false);
  const [said, say] = useState("");
  const put = (key) => (_, data) => set((old) => ({ ...old, [key]: data.value ?? data.optionValue ?? data.checked }));
  const missing = (key) => (tried && !it[key] ? "This field is required." : undefined);
  const text = (key, label, required, more = {}) => <Field label={label} required={required} validationMessage={required && missing(key)}><Input value={it[key] || ""} onChange={put(key)} {...more} /></Field>;
  const send = async () => {
    setTried(true);
    if (["name", "category", "about", "email", "street", "city", "country", "terms"].some((k) => !it[k])) return;
    say((await (await post(it)).json()).message);
  };
  return (
    <FluentProvider theme={webLightTheme}>
      {text("name", "Business name", true)}
      <Field label="Category" required validationMessage={missing("category")}><Dropdown placeholder="Select a category" onOptionSelect={put("category")}>{TRADES.map((t) => <Option key={t}>{t}</Option>)}</Dropdown></Field>
      <Field label="About" required hint="Shown on your page" validationMessage={missing("about")}><Textarea value={it.about || ""} onChange={put("about")} /></Field>
      {text("email", "Email", true, { type: "email" })}{text("phone", "Phone", false, { type: "tel" })}{text("web", "Website", false, { contentBefore: "https://" })}
      {text("street", "Street", true)}{text("city", "City", true)}{text("zip", "Postal code", false)}
      <Field label="Country" required><Combobox placeholder="Select a country" onOptionSelect={(_, d) => set((o) => ({ ...o, country: d.optionValue }))}>{pairs(COUNTRIES).map((c) => <Option key={c.value} value={c.value} text={c.label}>{c.label}</Option>)}</Combobox></Field>
      <Checkbox label="I agree to the terms" required checked={it.terms} onChange={put("terms")} />
      <Button appearance="primary" onClick={send}>Create listing</Button>
      <Dialog open={Boolean(said)}><DialogSurface><DialogBody><DialogTitle>Almost there</DialogTitle><DialogContent>{said}</DialogContent></DialogBody></DialogSurface></Dialog>
    </FluentProvider>
  );
}
createRoot(document.getElementById("app")).render(<Page />);
