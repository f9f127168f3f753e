import { useState } from "react";
import { createRoot } from "react-dom/client";

function Fields() {
  const [state, setState] = useState({ name: "", phone: "", about: "", country: "", size: "", terms: false });
  const take = (clean = (x) => x) => (e) => setState((old) => ({
    ...old, [e.target.name]: e.target.type === "checkbox" ? e.target.checked : clean(e.target.value),
  }));
  window.state = state;
  return (
    <>
      <p><label>Business name <input name="name" value={state.name} onChange={take((x) => x.slice(0, 20))} /></label></p>
      <p><label>Phone <input name="phone" type="tel" value={state.phone} onChange={take((x) => x.replace(/[^\d ()+-]/g, ""))} /></label></p>
      <p><label>Description <textarea name="about" value={state.about} onChange={take()} /></label></p>
      <p><label>Country <select name="country" value={state.country} onChange={take()}>
        <option value="">Choose</option><option value="us">United States</option><option value="de">Germany</option>
      </select></label></p>
      <p>Size <label><input type="radio" name="size" value="s" checked={state.size === "s"} onChange={take()} /> Small</label>
        <label><input type="radio" name="size" value="l" checked={state.size === "l"} onChange={take()} /> Large</label></p>
      <p><label><input type="checkbox" name="terms" checked={state.terms} onChange={take()} /> I agree to the terms</label></p>
    </>
  );
}

createRoot(document.getElementById("root")).render(<Fields />);
window.ready = true;
