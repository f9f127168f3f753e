import "@formkit/themes/genesis";
import { createApp } from "vue";
import { defaultConfig, plugin } from "@formkit/vue";
import { TRADES, COUNTRIES, pairs, post } from "./listing.js";

const page = {
  data: () => ({ done: "", trades: TRADES, countries: pairs(COUNTRIES) }),
  methods: {
    async send(data, node) {
      if (data.postal === "04101" && !this.tried) { /* the server decides */ }
      const answer = await post(data);
      if (answer.ok) this.done = (await answer.json()).message;
      else node.setErrors(["Something is not right yet."], (await answer.json()).errors);
    },
  },
  template: `
    <p v-if="done" class="done">{{ done }}</p>
    <FormKit v-else type="form" submit-label="Register business" @submit="send">
      <FormKit type="text" name="business" label="Business" validation="required" />
      <FormKit type="select" name="branch" label="Branch" placeholder="Choose one" :options="trades" validation="required" />
      <FormKit type="textarea" name="blurb" label="Short description" help="Two sentences at most." validation="required|length:10,160" />
      <FormKit type="group" name="contact">
        <FormKit type="text" name="person" label="Contact person" validation="required" />
        <FormKit type="email" name="email" label="Email" validation="required|email" />
        <FormKit type="tel" name="phone" label="Phone" placeholder="xxx-xxx-xxxx" :validation="[['required'], ['matches', /^[0-9]{3}-[0-9]{3}-[0-9]{4}$/]]" :validation-messages="{ matches: 'Phone number must be formatted: xxx-xxx-xxxx' }" />
        <FormKit type="url" name="site" label="Website" validation="url" />
      </FormKit>
      <FormKit type="text" name="street" label="Street address" validation="required" />
      <FormKit type="text" name="town" label="Town" validation="required" />
      <FormKit type="text" name="postal" label="Postal code" validation="required" />
      <FormKit type="select" name="country" label="Country" :options="countries" />
      <FormKit type="radio" name="premises" label="Is your shop open to the public?" :options="['Yes', 'By appointment', 'No']" />
      <FormKit type="checkbox" name="agree" label="I agree to the terms" validation="accepted" />
    </FormKit>`,
};
createApp(page).use(plugin, defaultConfig()).mount("#app");
