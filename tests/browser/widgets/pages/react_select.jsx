import { createRoot } from "react-dom/client";
import Select from "react-select";
import AsyncSelect from "react-select/async";
import CreatableSelect from "react-select/creatable";

const categories = ["Bar", "Bakery", "Café", "Dentist"].map((label, i) => ({ value: String(i + 1), label }));
const ways = [{ value: "c", label: "Cash" }, { value: "v", label: "Visa" }, { value: "a", label: "Amex" }];
const cities = (text) => fetch("/cities?term=" + encodeURIComponent(text)).then((r) => r.json())
  .then((found) => found.results.map((x) => ({ value: x.id, label: x.text })));

createRoot(document.getElementById("root")).render(
  <>
    <p><label htmlFor="category">Category</label></p>
    <Select inputId="category" name="category" options={categories} />
    <p><label htmlFor="city">City</label></p>
    <AsyncSelect inputId="city" name="city" loadOptions={cities} />
    <p><label htmlFor="keywords">Keywords</label></p>
    <CreatableSelect inputId="keywords" name="keywords" isMulti />
    <p><label htmlFor="pay">Payment methods</label></p>
    <Select inputId="pay" name="pay" isMulti options={ways} />
  </>,
);
window.ready = true;
