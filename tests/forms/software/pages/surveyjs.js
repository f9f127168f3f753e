import "survey-core/survey-core.min.css";
import { Model } from "survey-core";
import "survey-js-ui";
import { TRADES, COUNTRIES, pairs, post } from "./listing.js";

const must = { isRequired: true };
const survey = new Model({
  title: "Get listed", showProgressBar: true, completedHtml: "<h3>Thank you for your submission. We will review it within two days.</h3>",
  pages: [
    {
      name: "a", title: "Your business", elements: [
        { type: "text", name: "name", title: "What is the name of your business?", ...must },
        { type: "dropdown", name: "category", title: "Which category fits best?", choices: TRADES, ...must, showOtherItem: true },
        { type: "comment", name: "about", title: "Describe your business", maxLength: 200, ...must },
        { type: "tagbox", name: "payment", title: "How can customers pay?", choices: ["Cash", "Credit card", "Invoice", "PayPal"] },
        { type: "rating", name: "experience", title: "How did you find us?" },
      ],
    },
    {
      name: "b", title: "Contact", elements: [
        {
          type: "panel", name: "address", title: "Address", elements: [
            { type: "text", name: "street", title: "Street address", ...must },
            { type: "text", name: "city", title: "City", ...must, startWithNewLine: false },
            { type: "text", name: "zip", title: "Postal code", ...must },
            { type: "dropdown", name: "country", title: "Country", choices: pairs(COUNTRIES).map((p) => ({ value: p.value, text: p.label })), ...must, startWithNewLine: false },
          ],
        },
        { type: "multipletext", name: "contact", title: "How can customers reach you?", ...must, items: [
          { name: "phone", title: "Phone", ...must }, { name: "email", title: "E-mail", inputType: "email", ...must }, { name: "web", title: "Website", inputType: "url" },
        ] },
        { type: "boolean", name: "terms", title: "I have read the terms of use and agree to them", ...must, renderAs: "checkbox" },
      ],
    },
  ],
});
survey.onCompleting.add(async () => {});
survey.onComplete.add((sender) => post(sender.data));
survey.render(document.getElementById("app"));
