import "@ionic/core/css/ionic.bundle.css";
import { initialize } from "@ionic/core/components";
import { defineCustomElement as a } from "@ionic/core/components/ion-app.js";
import { defineCustomElement as b } from "@ionic/core/components/ion-content.js";
import { defineCustomElement as c } from "@ionic/core/components/ion-input.js";
import { defineCustomElement as d } from "@ionic/core/components/ion-select.js";
import { defineCustomElement as e } from "@ionic/core/components/ion-select-option.js";
import { defineCustomElement as f } from "@ionic/core/components/ion-textarea.js";
import { defineCustomElement as g } from "@ionic/core/components/ion-checkbox.js";
import { defineCustomElement as h } from "@ionic/core/components/ion-button.js";
import { defineCustomElement as i } from "@ionic/core/components/ion-item.js";
import { defineCustomElement as j } from "@ionic/core/components/ion-list.js";
import { defineCustomElement as k } from "@ionic/core/components/ion-toast.js";
import { defineCustomElement as l } from "@ionic/core/components/ion-select-popover.js";
import { defineCustomElement as m } from "@ionic/core/components/ion-popover.js";
import { defineCustomElement as n } from "@ionic/core/components/ion-alert.js";
import { defineCustomElement as o } from "@ionic/core/components/ion-toggle.js";
import { TRADES, COUNTRIES, pairs, post } from "./listing.js";

initialize({ mode: "md" });
[a, b, c, d, e, f, g, h, i, j, k, l, m, n, o].forEach((define) => define());
const options = (list) => list.map(({ value, label }) => `<ion-select-option value="${value}">${label}</ion-select-option>`).join("");
const input = (name, label, more = "") => `<ion-item><ion-input name="${name}" label="${label}" label-placement="floating" ${more}></ion-input></ion-item>`;
document.getElementById("app").innerHTML = `<ion-app><ion-content><ion-list>
${input("name", "Business name")}
<ion-item><ion-select name="category" label="Category" interface="alert">${options(TRADES.map((t) => ({ value: t, label: t })))}</ion-select></ion-item>
<ion-item><ion-textarea name="about" label="About" counter="true" maxlength="140"></ion-textarea></ion-item>
${input("email", "E-mail", 'type="email"')}${input("phone", "Phone", 'type="tel"')}${input("web", "Website", 'type="url"')}
${input("street", "Street")}${input("city", "City")}${input("zip", "Postal code")}
<ion-item><ion-select name="country" label="Country" interface="popover">${options(pairs(COUNTRIES))}</ion-select></ion-item>
<ion-item><ion-checkbox name="terms">I agree to the terms</ion-checkbox></ion-item>
</ion-list><ion-button expand="block" id="go">Add business</ion-button></ion-content></ion-app>`;
document.getElementById("go").addEventListener("click", async () => {
  const data = {};
  for (const el of document.querySelectorAll("ion-input, ion-select, ion-textarea")) data[el.name] = el.value;
  data.terms = document.querySelector("ion-checkbox").checked;
  const answer = await post(data);
  const toast = document.createElement("ion-toast");
  toast.message = (await answer.json()).message;
  toast.duration = 4000;
  document.body.append(toast);
  await toast.present();
});
