// What all pages share: trades and places to choose from, and the way to the directory's server.

export const TRADES = [
  "Accountant", "Bakery", "Bar & Pub", "Car repair", "Dentist", "Florist", "Hair salon", "Hotel",
  "Lawyer", "Plumber", "Restaurant", "Software company",
];
export const COUNTRIES = { us: "United States", ca: "Canada", de: "Germany", fr: "France", gb: "United Kingdom" };
export const STATES = {
  us: { CA: "California", FL: "Florida", ME: "Maine", NY: "New York", TX: "Texas" },
  ca: { BC: "British Columbia", ON: "Ontario", QC: "Quebec" },
};

export const pairs = (named) => Object.entries(named).map(([value, label]) => ({ value, label }));

export async function post(data) {
  return fetch("/api/listings", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(data, (_, value) => (value instanceof File ? value.name : value)),
  });
}
