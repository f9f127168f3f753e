import { useState } from "react";
import { createRoot } from "react-dom/client";
import { useCombobox, useSelect } from "downshift";

const categories = ["Bar", "Bakery", "Café", "Dentist"];
window.state = {};

function Box() {
  const [items, setItems] = useState(categories);
  const box = useCombobox({
    items,
    onInputValueChange: ({ inputValue }) => setItems(categories.filter((x) => x.toLowerCase().includes((inputValue || "").toLowerCase()))),
    onSelectedItemChange: ({ selectedItem }) => { window.state.category = selectedItem; },
  });
  return (
    <div>
      <label {...box.getLabelProps()}>Category</label>
      <input {...box.getInputProps()} />
      <ul {...box.getMenuProps()}>
        {box.isOpen && items.map((item, index) => <li key={item} {...box.getItemProps({ item, index })}>{item}</li>)}
      </ul>
    </div>
  );
}

function List() {
  const countries = ["United States", "Germany"];
  const list = useSelect({ items: countries, onSelectedItemChange: ({ selectedItem }) => { window.state.country = selectedItem; } });
  return (
    <div>
      <label {...list.getLabelProps()}>Country</label>
      <div style={{ border: "1px solid", width: 200, padding: 6 }} {...list.getToggleButtonProps()}>{list.selectedItem || "Choose"}</div>
      <ul {...list.getMenuProps()}>
        {list.isOpen && countries.map((item, index) => <li key={item} {...list.getItemProps({ item, index })}>{item}</li>)}
      </ul>
    </div>
  );
}

createRoot(document.getElementById("root")).render(<><Box /><List /></>);
window.ready = true;
