import { createRoot } from "react-dom/client";
import { useState } from "react";
import { Button, Checkbox, ComboBox, FieldError, Form, Input, Label, ListBox, ListBoxItem, NumberField, Popover, Select, SelectValue, Text, TextArea, TextField } from "react-aria-components";
import { TRADES, STATES, pairs, post } from "./listing.js";

const T = ({ label, area, hint, ...more }) => <TextField {...more}><Label>{label}</Label>{area ? <TextArea /> : <Input />}{hint && <Text slot="description">{hint}</Text>}<FieldError /></TextField>;
function Page() {
  const [errors, setErrors] = useState({});
  const [done, setDone] = useState("");
  const send = async (event) => {
    event.preventDefault();
    const answer = await post(Object.fromEntries(new FormData(event.currentTarget)));
    const said = await answer.json();
    if (answer.ok) setDone(said.message); else setErrors(said.errors);
  };
  if (done) return <div role="status"><h2>{done}</h2></div>;
  return (
    <Form onSubmit={send} validationErrors={errors}>
      <T name="bizname" label="Name of your business" isRequired />
      <ComboBox name="trade" isRequired><Label>Line of business</Label><div><Input /><Button>▼</Button></div><FieldError /><Popover><ListBox>{TRADES.map((t) => <ListBoxItem key={t} id={t}>{t}</ListBoxItem>)}</ListBox></Popover></ComboBox>
      <T name="text" label="Description" area isRequired hint="Up to 300 characters" />
      <T name="email" label="Email address" type="email" isRequired />
      <T name="phone" label="Phone" type="tel" isRequired hint="Digits only" />
      <T name="site" label="Website" type="url" />
      <T name="street" label="Street address" isRequired />
      <T name="city" label="City" isRequired />
      <Select name="state" isRequired placeholder="Select a state"><Label>State</Label><Button><SelectValue /><span aria-hidden="true">▼</span></Button><FieldError /><Popover><ListBox>{pairs(STATES.us).map((s) => <ListBoxItem key={s.value} id={s.value}>{s.label}</ListBoxItem>)}</ListBox></Popover></Select>
      <T name="zip" label="ZIP code" isRequired />
      <NumberField name="founded" formatOptions={{ useGrouping: false }}><Label>Founded in</Label><Input /></NumberField>
      <Checkbox name="agree" isRequired><div className="box" aria-hidden="true">☐</div> I agree to the guidelines</Checkbox>
      <Button type="submit">List my business</Button>
    </Form>
  );
}
createRoot(document.getElementById("app")).render(<Page />);
