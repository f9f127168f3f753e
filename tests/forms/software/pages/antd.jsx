import { createRoot } from "react-dom/client";
import { App, Button, Checkbox, Cascader, Form, Input, InputNumber, Select, Switch, TreeSelect, Upload } from "antd";
import { TRADES, COUNTRIES, pairs, post } from "./listing.js";

const must = [{ required: true }];
function Page() {
  const { message } = App.useApp();
  const [form] = Form.useForm();
  const send = async (data) => {
    const answer = await post(data);
    if (answer.ok) { message.success("Listing created successfully!"); form.resetFields(); } else message.error("Failed");
  };
  return (
    <Form form={form} layout="vertical" onFinish={send} style={{ maxWidth: 600 }}>
      <Form.Item name="title" label="Business title" rules={[...must, { max: 60 }]}><Input showCount maxLength={60} /></Form.Item>
      <Form.Item name="cat" label="Category" rules={must}><TreeSelect showSearch treeDefaultExpandAll placeholder="Please select" treeData={[{ title: "Food", value: "food", selectable: false, children: [{ title: "Bakery", value: "bakery" }, { title: "Restaurant", value: "restaurant" }] }, { title: "Health", value: "health", selectable: false, children: [{ title: "Dentist", value: "dentist" }] }]} /></Form.Item>
      <Form.Item name="description" label="Description" rules={must}><Input.TextArea rows={4} /></Form.Item>
      <Form.Item name="country" label="Country" rules={must}><Select showSearch optionFilterProp="label" options={pairs(COUNTRIES)} /></Form.Item>
      <Form.Item name="street" label="Street" rules={must}><Input /></Form.Item>
      <Form.Item name="city" label="City" rules={must}><Input /></Form.Item>
      <Form.Item name="zip" label="Zip code" rules={must}><Input /></Form.Item>
      <Form.Item name="phone" label="Phone Number"><Input addonBefore={<Select defaultValue="1" style={{ width: 80 }} options={[{ value: "1", label: "+1" }, { value: "49", label: "+49" }, { value: "44", label: "+44" }]} />} /></Form.Item>
      <Form.Item name="email" label="E-mail" rules={[{ type: "email" }, ...must]}><Input /></Form.Item>
      <Form.Item name="website" label="Website" rules={[{ type: "url" }]}><Input /></Form.Item>
      <Form.Item name="keywords" label="Keywords"><Select mode="tags" /></Form.Item>
      <Form.Item name="staff" label="Employees"><InputNumber min={1} /></Form.Item>
      <Form.Item name="logo" label="Logo" valuePropName="fileList" getValueFromEvent={(e) => e.fileList.map((f) => f.name)}><Upload beforeUpload={() => false} maxCount={1} listType="picture"><Button>Click to Upload</Button></Upload></Form.Item>
      <Form.Item name="agreement" valuePropName="checked" rules={[{ validator: (_, v) => (v ? Promise.resolve() : Promise.reject(new Error("Should accept agreement"))) }]}><Checkbox>I have read the <a href="/terms">agreement</a></Checkbox></Form.Item>
      <Button type="primary" htmlType="submit">Create listing</Button>
    </Form>
  );
}
createRoot(document.getElementById("app")).render(<App><Page /></App>);
