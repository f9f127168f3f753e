import Form from "@rjsf/core";
import { draw } from "./rjsf.jsx";

draw(Form);
