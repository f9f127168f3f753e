import "@shoelace-style/shoelace/dist/themes/light.css";
import "@shoelace-style/shoelace/dist/shoelace.js";
import { TRADES, STATES, pairs, post } from "./listing.js";

const options = (list) => list.map(({ value, label }) => `<sl-option value="${value}">${label}</sl-option>`).join("");
document.getElementById("app").innerHTML = `
<form class="validity"><h2>Submit your business</h2>
<sl-input name="company" label="Business name" required></sl-input><br>
<sl-select name="category" label="Category" required clearable>${options(TRADES.map((t) => ({ value: t.toLowerCase().replace(/\W+/g, "-"), label: t })))}</sl-select><br>
<sl-textarea name="description" label="Description" help-text="What makes you special?" required></sl-textarea><br>
<sl-input name="street" label="Street" required></sl-input><sl-input name="city" label="City" required></sl-input>
<sl-select name="state" label="State" required>${options(pairs(STATES.us))}</sl-select><sl-input name="zip" label="ZIP code" pattern="[0-9]{5}" required></sl-input>
<sl-input type="tel" name="phone" label="Phone"></sl-input>
<sl-input type="email" name="email" label="Email" required></sl-input>
<sl-input type="url" name="website" label="Website"></sl-input>
<sl-select name="pay" label="Payment accepted" multiple>${options([["cash", "Cash"], ["card", "Credit card"], ["coin", "Bitcoin"]].map(([value, label]) => ({ value, label })))}</sl-select>
<sl-radio-group name="range" label="Price range">${["$", "$$", "$$$"].map((p, i) => `<sl-radio value="${i + 1}">${p}</sl-radio>`).join("")}</sl-radio-group>
<sl-checkbox name="terms" value="yes" required>I agree to the terms and conditions</sl-checkbox><br><br>
<sl-button type="submit" variant="primary">Submit</sl-button> <sl-button type="reset">Reset</sl-button></form>
<sl-alert variant="success" duration="5000" closable></sl-alert>`;
const form = document.querySelector("form");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const data = {};
  for (const [name, value] of new FormData(form)) data[name] = name in data ? [].concat(data[name], value) : value;
  const answer = await post(data);
  const alert = document.querySelector("sl-alert");
  alert.textContent = (await answer.json()).message;
  alert.toast();
  form.reset();
});
