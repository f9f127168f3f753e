import Form from "@rjsf/mui";
import { draw } from "./rjsf.jsx";

draw(Form);
