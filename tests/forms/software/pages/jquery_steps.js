import "jquery-steps/demo/css/jquery.steps.css";
import jQuery from "jquery";
window.jQuery = window.$ = jQuery;
const { TRADES, STATES, pairs, post } = require("./listing.js");
require("jquery-validation");
require("jquery-steps/build/jquery.steps.js");

const options = (list) => '<option value="">Choose…</option>' + list.map(({ value, label }) => `<option value="${value}">${label}</option>`).join("");
document.head.insertAdjacentHTML("beforeend", "<style>.clearfix::after { content: ''; display: block; clear: both; }</style>");
document.getElementById("app").innerHTML = `<form id="wiz" action="#"><div>
<h3>Business</h3><section><label for="nm">Business name *</label><input id="nm" name="nm" class="required"><br><label for="ct">Category *</label><select id="ct" name="ct" class="required">${options(TRADES.map((t) => ({ value: t, label: t })))}</select><br><label for="ds">Description *</label><textarea id="ds" name="ds" class="required" minlength="20"></textarea></section>
<h3>Address</h3><section><label for="st">Street *</label><input id="st" name="st" class="required"><br><label for="cy">City *</label><input id="cy" name="cy" class="required"><br><label for="sa">State *</label><select id="sa" name="sa" class="required">${options(pairs(STATES.us))}</select><br><label for="zp">ZIP *</label><input id="zp" name="zp" class="required digits"></section>
<h3>Contact</h3><section><label for="ph">Phone</label><input id="ph" name="ph"><br><label for="em">E-mail *</label><input id="em" name="em" class="required email"><br><label for="ur">Website</label><input id="ur" name="ur" class="url"></section>
<h3>Finish</h3><section><input id="acc" name="acc" type="checkbox" class="required"> <label for="acc">I agree with the Terms and Conditions.</label></section></div></form>`;
const form = $("#wiz").validate({ errorPlacement: (error, el) => el.before(error) }) && $("#wiz");
form.children("div").steps({
  headerTag: "h3", bodyTag: "section", transitionEffect: "fade",
  onStepChanging: (event, current, next) => { form.validate().settings.ignore = ":disabled,:hidden"; return next < current || form.valid(); },
  onFinishing: () => form.valid(),
  onFinished: async () => {
    const answer = await post(Object.fromEntries(new FormData(form[0])));
    form.replaceWith(`<div class="box">${(await answer.json()).message}</div>`);
  },
});
