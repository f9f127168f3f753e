import "element-plus/dist/index.css";
import { createApp } from "vue";
import ElementPlus, { ElMessage } from "element-plus";
import { post } from "./listing.js";

const page = {
  data: () => ({
    it: { name: "", category: [], desc: "", address: "", city: "", postcode: "", tel: "", email: "", site: "", opening: "", services: [], delivery: false, years: 1 },
    tree: [
      { value: "food", label: "Food & Drink", children: [{ value: "bakery", label: "Bakeries" }, { value: "cafe", label: "Cafés" }, { value: "rest", label: "Restaurants" }] },
      { value: "health", label: "Health", children: [{ value: "dentist", label: "Dentists" }, { value: "gp", label: "Doctors" }] },
      { value: "trade", label: "Trades", children: [{ value: "plumb", label: "Plumbers" }, { value: "elec", label: "Electricians" }] },
    ],
    rules: {
      name: [{ required: true, message: "Please input the business name", trigger: "blur" }, { min: 3, max: 50, message: "Length should be 3 to 50", trigger: "blur" }],
      category: [{ type: "array", required: true, message: "Please select a category", trigger: "change" }],
      desc: [{ required: true, message: "Please input a description", trigger: "blur" }],
      email: [{ required: true, type: "email", message: "Please input a correct email address", trigger: "blur" }],
      city: [{ required: true, message: "Please input the city", trigger: "blur" }],
    },
  }),
  methods: {
    async send() {
      try { await this.$refs.form.validate(); } catch { return; }
      const answer = await post(this.it);
      ElMessage({ type: "success", message: (await answer.json()).message });
    },
  },
  template: `
    <h2>Create a business listing</h2>
    <el-form ref="form" :model="it" :rules="rules" label-width="140px">
      <el-form-item label="Business name" prop="name"><el-input v-model="it.name" /></el-form-item>
      <el-form-item label="Category" prop="category"><el-cascader v-model="it.category" :options="tree" /></el-form-item>
      <el-form-item label="Description" prop="desc"><el-input v-model="it.desc" type="textarea" maxlength="150" show-word-limit /></el-form-item>
      <el-form-item label="Address"><el-input v-model="it.address" placeholder="Street and number" /></el-form-item>
      <el-form-item label="City" prop="city"><el-input v-model="it.city" /></el-form-item>
      <el-form-item label="Postcode"><el-input v-model="it.postcode" /></el-form-item>
      <el-form-item label="Telephone"><el-input v-model="it.tel" /></el-form-item>
      <el-form-item label="Email" prop="email"><el-input v-model="it.email" /></el-form-item>
      <el-form-item label="Website"><el-input v-model="it.site"><template #prepend>https://</template></el-input></el-form-item>
      <el-form-item label="Payment methods"><el-checkbox-group v-model="it.services"><el-checkbox label="Cash" value="cash" /><el-checkbox label="Credit card" value="card" /><el-checkbox label="Crypto" value="crypto" /></el-checkbox-group></el-form-item>
      <el-form-item label="Home delivery"><el-switch v-model="it.delivery" /></el-form-item>
      <el-form-item><el-button type="primary" @click="send">Create</el-button><el-button @click="$refs.form.resetFields()">Reset</el-button></el-form-item>
    </el-form>`,
};
createApp(page).use(ElementPlus).mount("#app");
