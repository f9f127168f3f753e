import { useState } from "react";
import { createRoot } from "react-dom/client";
import Autocomplete from "@mui/material/Autocomplete";
import Checkbox from "@mui/material/Checkbox";
import FormControl from "@mui/material/FormControl";
import FormControlLabel from "@mui/material/FormControlLabel";
import InputLabel from "@mui/material/InputLabel";
import MenuItem from "@mui/material/MenuItem";
import Select from "@mui/material/Select";
import TextField from "@mui/material/TextField";

const categories = ["Bar", "Bakery", "Café", "Dentist"];

function Fields() {
  const [state, setState] = useState({ name: "", category: null, country: "", keywords: [], terms: false });
  const set = (key) => (value) => setState((old) => ({ ...old, [key]: value }));
  window.state = state;
  return (
    <>
      <p><TextField label="Business name" name="name" value={state.name} onChange={(e) => set("name")(e.target.value)} /></p>
      <Autocomplete options={categories} value={state.category} onChange={(_, value) => set("category")(value)}
        renderInput={(params) => <TextField {...params} label="Category" name="category" />} />
      <p><FormControl fullWidth>
        <InputLabel id="country-label">Country</InputLabel>
        <Select labelId="country-label" label="Country" name="country" value={state.country} onChange={(e) => set("country")(e.target.value)}>
          <MenuItem value="us">United States</MenuItem><MenuItem value="de">Germany</MenuItem>
        </Select>
      </FormControl></p>
      <Autocomplete multiple freeSolo options={[]} value={state.keywords} onChange={(_, value) => set("keywords")(value)}
        renderInput={(params) => <TextField {...params} label="Keywords" />} />
      <p><FormControlLabel label="I agree to the terms" control={
        <Checkbox name="terms" checked={state.terms} onChange={(e) => set("terms")(e.target.checked)} />} /></p>
    </>
  );
}

createRoot(document.getElementById("root")).render(<Fields />);
window.ready = true;
