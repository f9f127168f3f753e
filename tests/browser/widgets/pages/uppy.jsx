import Uppy from "@uppy/core";
import Dashboard from "@uppy/dashboard";

const uppy = new Uppy({ restrictions: { maxFileSize: 100_000 } }).use(Dashboard, { inline: true, target: "#logo", width: 400, height: 250 });
window.held = () => uppy.getFiles().map((f) => f.name);
window.ready = true;
