import { createRoot } from "react-dom/client";
import { useState } from "react";
import { Combobox, ComboboxInput, ComboboxOption, ComboboxOptions, Field, Input, Label, Listbox, ListboxButton, ListboxOption, ListboxOptions, RadioGroup, Radio, Switch, Textarea } from "@headlessui/react";
import { Controller, useForm } from "react-hook-form";
import { TRADES, COUNTRIES, pairs, post } from "./listing.js";

const plans = [{ id: "basic", name: "Basic", price: "Free" }, { id: "plus", name: "Plus", price: "$19 / month" }, { id: "pro", name: "Pro", price: "$49 / month" }];
function Page() {
  const { register, control, handleSubmit, formState: { isValid, isSubmitting } } = useForm({ mode: "onChange", defaultValues: { plan: "plus", terms: false, trade: null, country: null } });
  const [query, setQuery] = useState("");
  const [shown, setShown] = useState(null);
  const found = TRADES.filter((t) => t.toLowerCase().includes(query.toLowerCase()));
  const text = (name, label, rules, more = {}) => <Field className="field"><Label>{label}</Label><Input {...register(name, rules)} {...more} /></Field>;
  const must = { required: true };
  if (shown) return <><h1>Thanks for joining!</h1><p>{shown}</p></>;
  return (
    <form onSubmit={handleSubmit(async (data) => setShown((await (await post(data)).json()).message))}>
      <h1>Join the directory</h1>
      <Controller name="plan" control={control} render={({ field }) => (
        <RadioGroup value={field.value} onChange={field.onChange} aria-label="Plan">{plans.map((p) => <Radio key={p.id} value={p.id} className="card"><b>{p.name}</b> <span>{p.price}</span></Radio>)}</RadioGroup>)} />
      {text("name", "Company", must)}
      <Controller name="trade" control={control} rules={must} render={({ field }) => (
        <Field><Label>What do you do?</Label><Combobox value={field.value} onChange={field.onChange} onClose={() => setQuery("")}>
          <ComboboxInput placeholder="Search trades" displayValue={(t) => t || ""} onChange={(e) => setQuery(e.target.value)} />
          <ComboboxOptions anchor="bottom">{found.map((t) => <ComboboxOption key={t} value={t}>{t}</ComboboxOption>)}</ComboboxOptions>
        </Combobox></Field>)} />
      <Field><Label>Tell us about it</Label><Textarea {...register("about", must)} /></Field>
      {text("email", "Email", { ...must, pattern: /@/ }, { type: "email" })}
      {text("phone", "Phone", must, { type: "tel" })}
      {text("web", "Web address", {})}
      {text("street", "Street", must)}{text("town", "Town", must)}{text("code", "Post code", must)}
      <Controller name="country" control={control} rules={must} render={({ field }) => (
        <Field><Label>Country</Label><Listbox value={field.value} onChange={field.onChange}>
          <ListboxButton>{field.value ? COUNTRIES[field.value] : "Choose a country"}</ListboxButton>
          <ListboxOptions anchor="bottom">{pairs(COUNTRIES).map((c) => <ListboxOption key={c.value} value={c.value}>{c.label}</ListboxOption>)}</ListboxOptions>
        </Listbox></Field>)} />
      <Controller name="terms" control={control} rules={must} render={({ field }) => (
        <Field><Label>I accept the rules of the directory</Label><Switch checked={field.value} onChange={field.onChange} className="switch"><span aria-hidden="true" /></Switch></Field>)} />
      <button disabled={!isValid || isSubmitting}>Join</button>
    </form>
  );
}
document.head.insertAdjacentHTML("beforeend", "<style>.card{display:inline-block;border:1px solid;padding:1em;margin:4px}.switch{width:40px;height:20px;display:block;border:1px solid}.field{margin:6px}</style>");
createRoot(document.getElementById("app")).render(<Page />);
