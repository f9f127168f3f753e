import Form from "@rjsf/antd";
import { draw } from "./rjsf.jsx";

draw(Form);
