import { createApp } from "vue";
import PrimeVue from "primevue/config";
import ToastService from "primevue/toastservice";
import Aura from "@primevue/themes/aura";
import Button from "primevue/button";
import Checkbox from "primevue/checkbox";
import FileUpload from "primevue/fileupload";
import FloatLabel from "primevue/floatlabel";
import AutoComplete from "primevue/autocomplete";
import InputGroup from "primevue/inputgroup";
import InputGroupAddon from "primevue/inputgroupaddon";
import InputMask from "primevue/inputmask";
import InputText from "primevue/inputtext";
import Select from "primevue/select";
import MultiSelect from "primevue/multiselect";
import Textarea from "primevue/textarea";
import Toast from "primevue/toast";
import { TRADES, STATES, pairs, post } from "./listing.js";

const page = {
  components: { Button, Checkbox, FileUpload, FloatLabel, AutoComplete, InputGroup, InputGroupAddon, InputMask, InputText, MultiSelect, Select, Textarea, Toast },
  data: () => ({ trades: TRADES.map((name) => ({ name })), states: pairs(STATES.us), pays: ["Cash", "Credit card", "Cheque", "Apple Pay"], logo: "", it: { name: "", category: null, about: "", phone: "", email: "", web: "", street: "", city: "", state: null, zip: "", pay: null, tags: [], ok: false } }),
  methods: {
    pick(event) { this.logo = event.files[0].name; },
    async send() {
      const answer = await post({ ...this.it, category: this.it.category?.name, logo: this.logo });
      const said = await answer.json();
      this.$toast.add({ severity: answer.ok ? "success" : "error", summary: answer.ok ? "Success" : "Error", detail: said.message, life: 4000 });
    },
  },
  template: `<Toast /><form class="card" @submit.prevent="send">
    <h1>List your business</h1>
    <FloatLabel variant="on"><InputText id="f1" v-model="it.name" /><label for="f1">Business name</label></FloatLabel>
    <FloatLabel variant="on"><Select inputId="f2" v-model="it.category" :options="trades" optionLabel="name" filter class="w-full" style="width: 14rem" /><label for="f2">Category</label></FloatLabel>
    <FloatLabel variant="in"><Textarea id="f3" v-model="it.about" rows="4" /><label for="f3">Description</label></FloatLabel>
    <label for="f4">Phone</label><InputMask id="f4" v-model="it.phone" mask="(999) 999-9999" placeholder="(999) 999-9999" />
    <InputGroup><InputGroupAddon>@</InputGroupAddon><InputText v-model="it.email" placeholder="E-mail" /></InputGroup>
    <InputGroup><InputGroupAddon>www</InputGroupAddon><InputText v-model="it.web" placeholder="Website" /></InputGroup>
    <FloatLabel><InputText id="f5" v-model="it.street" /><label for="f5">Street address</label></FloatLabel>
    <FloatLabel><InputText id="f6" v-model="it.city" /><label for="f6">City</label></FloatLabel>
    <Select v-model="it.state" :options="states" optionLabel="label" optionValue="value" placeholder="Select a state" aria-label="State" style="width: 14rem" />
    <FloatLabel><InputText id="f7" v-model="it.zip" /><label for="f7">ZIP</label></FloatLabel>
    <label>Payment methods</label><MultiSelect v-model="it.pay" :options="pays" placeholder="Payment methods" display="chip" style="width: 20rem" />
    <label for="f9">Tags</label><AutoComplete inputId="f9" v-model="it.tags" multiple :typeahead="false" />
    <FileUpload mode="basic" accept="image/*" customUpload auto @uploader="pick" chooseLabel="Choose logo" />
    <div><Checkbox inputId="f8" v-model="it.ok" binary /><label for="f8"> I agree to the Terms of Use</label></div>
    <Button type="submit" label="Save listing" :disabled="!it.ok" />
  </form>`,
};
createApp(page).use(PrimeVue, { theme: { preset: Aura } }).use(ToastService).mount("#app");
