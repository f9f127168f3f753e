import "@mantine/core/styles.css";
import { createRoot } from "react-dom/client";
import { useState } from "react";
import { Alert, Button, Checkbox, FileInput, Group, MantineProvider, Modal, NumberInput, Select, Stepper, TagsInput, TextInput, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import { TRADES, COUNTRIES, pairs, post } from "./listing.js";

const must = (value) => (value ? null : "This field is required");
function Listing({ done }) {
  const [active, setActive] = useState(0);
  const form = useForm({
    initialValues: { name: "", category: null, summary: "", tags: [], email: "", phone: "", website: "", street: "", city: "", zip: "", country: null, staff: "", logo: null, terms: false },
    validate: (v) => active === 0 ? { name: must(v.name), category: must(v.category), summary: v.summary.length < 20 ? "At least 20 characters" : null }
      : active === 1 ? { email: /^\S+@\S+$/.test(v.email) ? null : "Invalid email", phone: must(v.phone) } : { street: must(v.street), city: must(v.city), country: must(v.country), terms: v.terms ? null : "You must agree" },
  });
  const next = () => { if (!form.validate().hasErrors) setActive(active + 1); };
  return (
    <form onSubmit={form.onSubmit(async (values) => { const a = await post(values); done((await a.json()).message); })}>
      <Stepper active={active}>
        <Stepper.Step label="First step" description="About you">
          <TextInput withAsterisk label="Business name" {...form.getInputProps("name")} />
          <Select withAsterisk searchable label="Category" placeholder="Pick one" data={TRADES} {...form.getInputProps("category")} />
          <Textarea withAsterisk label="Summary" {...form.getInputProps("summary")} />
          <TagsInput label="Keywords" placeholder="Press Enter to add" maxTags={3} {...form.getInputProps("tags")} />
        </Stepper.Step>
        <Stepper.Step label="Second step" description="Contact">
          <TextInput withAsterisk label="Email" {...form.getInputProps("email")} />
          <TextInput withAsterisk label="Phone" {...form.getInputProps("phone")} />
          <TextInput label="Website" {...form.getInputProps("website")} />
          <NumberInput label="Number of employees" {...form.getInputProps("staff")} />
        </Stepper.Step>
        <Stepper.Step label="Final step" description="Location">
          <TextInput withAsterisk label="Street" {...form.getInputProps("street")} />
          <Group grow><TextInput withAsterisk label="City" {...form.getInputProps("city")} /><TextInput label="Postal code" {...form.getInputProps("zip")} /></Group>
          <Select withAsterisk label="Country" data={pairs(COUNTRIES)} {...form.getInputProps("country")} />
          <FileInput label="Logo" placeholder="Upload your logo" accept="image/png,image/jpeg" {...form.getInputProps("logo")} />
          <Checkbox label="I agree to the terms and conditions" {...form.getInputProps("terms", { type: "checkbox" })} />
        </Stepper.Step>
      </Stepper>
      <Group justify="flex-end" mt="xl">
        {active > 0 && <Button variant="default" onClick={() => setActive(active - 1)}>Back</Button>}
        {active < 2 ? <Button key="n" onClick={next}>Next step</Button> : <Button key="s" type="submit">Submit</Button>}
      </Group>
    </form>
  );
}
function Page() {
  const [open, setOpen] = useState(false);
  const [said, say] = useState("");
  return (
    <MantineProvider>
      <p>Browse 1,204 businesses in your area.</p>
      {said && <Alert title="Done">{said}</Alert>}
      <Button onClick={() => setOpen(true)}>Add listing</Button>
      <Modal opened={open} onClose={() => setOpen(false)} title="New listing" size="lg"><Listing done={(m) => { say(m); setOpen(false); }} /></Modal>
    </MantineProvider>
  );
}
createRoot(document.getElementById("app")).render(<Page />);
