import "quasar/dist/quasar.css";
import { createApp } from "vue";
import * as all from "quasar";
const { Quasar, Notify } = all;
import { TRADES, COUNTRIES, pairs, post } from "./listing.js";

const page = {
  data: () => ({ step: 1, trades: TRADES, countries: pairs(COUNTRIES), it: { name: "", category: null, about: "", email: "", phone: "", web: "", street: "", city: "", zip: "", country: null, accept: false }, must: [(v) => Boolean(v) || "Field is required"] }),
  methods: {
    async next() { if (await this.$refs["f" + this.step].validate()) this.step++; },
    async send() {
      if (!(await this.$refs.f3.validate())) return;
      if (!this.it.accept) return this.$q.notify({ color: "red-5", message: "You need to accept the license and terms first" });
      const answer = await post(this.it);
      this.$q.notify({ color: "green-4", message: (await answer.json()).message });
    },
  },
  template: `
    <q-layout><q-page-container><q-page padding><q-stepper v-model="step" animated flat>
      <q-step :name="1" title="Business" :done="step > 1"><q-form ref="f1" greedy>
        <q-input filled v-model="it.name" label="Business name *" :rules="must" />
        <q-select filled v-model="it.category" :options="trades" label="Category *" :rules="must" />
        <q-input filled type="textarea" v-model="it.about" label="Description *" :rules="must" />
        <q-stepper-navigation><q-btn color="primary" label="Continue" @click="next" /></q-stepper-navigation></q-form></q-step>
      <q-step :name="2" title="Contact" :done="step > 2"><q-form ref="f2" greedy>
        <q-input outlined v-model="it.email" type="email" label="Email *" :rules="must" />
        <q-input outlined v-model="it.phone" label="Phone" mask="(###) ### - ####" unmasked-value hint="Mask: (###) ### - ####" />
        <q-input outlined v-model="it.web" label="Website" />
        <q-stepper-navigation><q-btn color="primary" label="Continue" @click="next" /><q-btn flat label="Back" @click="step--" /></q-stepper-navigation></q-form></q-step>
      <q-step :name="3" title="Location"><q-form ref="f3" greedy>
        <q-input v-model="it.street" label="Street *" :rules="must" />
        <q-input v-model="it.city" label="City *" :rules="must" />
        <q-input v-model="it.zip" label="Postal code *" :rules="must" />
        <q-select v-model="it.country" :options="countries" emit-value map-options label="Country *" :rules="must" use-input input-debounce="0" />
        <q-toggle v-model="it.accept" label="I accept the license and terms" />
        <q-stepper-navigation><q-btn color="primary" label="Finish" @click="send" /><q-btn flat label="Back" @click="step--" /></q-stepper-navigation></q-form></q-step>
    </q-stepper></q-page></q-page-container></q-layout>`,
};
const app = createApp(page);
app.use(Quasar, { plugins: { Notify }, components: Object.fromEntries(Object.entries(all).filter(([name]) => /^Q[A-Z]/.test(name))) });
app.mount("#app");
