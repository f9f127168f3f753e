import "vuetify/styles";
import { createApp } from "vue";
import { createVuetify } from "vuetify";
import * as components from "vuetify/components";
import { TRADES, COUNTRIES, STATES, pairs, post } from "./listing.js";

const page = {
  data: () => ({
    valid: null, said: "", open: false, trades: TRADES, countries: pairs(COUNTRIES),
    it: { name: "", category: null, about: "", phone: "", email: "", url: "", street: "", city: "", state: null, zip: "", country: null, tags: [], logo: null, terms: false },
    must: [(v) => Boolean(v && (!Array.isArray(v) || v.length)) || "Required."],
    mail: [(v) => /.+@.+\..+/.test(v || "") || "E-mail must be valid."],
  }),
  computed: { states() { return pairs(STATES[this.it.country] || {}); } },
  methods: {
    async send() {
      const { valid } = await this.$refs.form.validate();
      if (!valid) return;
      const answer = await post(this.it);
      this.said = (await answer.json()).message;
      this.open = true;
      this.$refs.form.reset();
    },
  },
  template: `
    <v-app><v-app-bar title="Yellowish"></v-app-bar><v-main><v-container>
      <v-card title="Add your business" class="pa-4"><v-form ref="form" v-model="valid" @submit.prevent="send">
        <v-text-field v-model="it.name" label="Business name *" :rules="must" counter="40" maxlength="40"></v-text-field>
        <v-autocomplete v-model="it.category" label="Category *" :items="trades" :rules="must"></v-autocomplete>
        <v-textarea v-model="it.about" label="About your business *" :rules="must" counter="250"></v-textarea>
        <v-row><v-col><v-text-field v-model="it.phone" label="Phone" prepend-inner-icon="mdi-phone" type="tel"></v-text-field></v-col>
        <v-col><v-text-field v-model="it.email" label="E-mail *" :rules="mail"></v-text-field></v-col></v-row>
        <v-text-field v-model="it.url" label="Website" prefix="https://"></v-text-field>
        <v-text-field v-model="it.street" label="Address *" :rules="must"></v-text-field>
        <v-select v-model="it.country" label="Country *" :items="countries" item-title="label" item-value="value" :rules="must"></v-select>
        <v-select v-model="it.state" label="State / Province" :items="states" item-title="label" item-value="value" :disabled="!states.length"></v-select>
        <v-text-field v-model="it.city" label="City *" :rules="must"></v-text-field>
        <v-text-field v-model="it.zip" label="ZIP *" :rules="must"></v-text-field>
        <v-combobox v-model="it.tags" label="Tags" multiple chips closable-chips></v-combobox>
        <v-file-input v-model="it.logo" label="Logo" accept="image/*"></v-file-input>
        <v-checkbox v-model="it.terms" label="I agree to the terms and conditions" :rules="must"></v-checkbox>
        <v-btn type="submit" color="primary">Submit listing</v-btn>
      </v-form></v-card>
      <v-snackbar v-model="open" timeout="3000">{{ said }}</v-snackbar>
    </v-container></v-main></v-app>`,
};
createApp(page).use(createVuetify({ components })).mount("#app");
