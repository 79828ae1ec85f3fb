'use strict';

// Rows for the charts, as values and as a load script, and the expected sums.

const regions = ['North', 'South', 'East', 'West'];
const products = ['Apple', 'Pear', 'Plum'];

/** A day of 2023 by its number. */
const day = (number) => new Date(Date.UTC(2023, 0, 1 + number)).toISOString().slice(0, 10);

const rows = Array.from({ length: 3000 }, (_, at) => ({
  Id: at + 1,
  Region: regions[at % 4],
  Product: products[at % 3],
  Day: day(at % 365),
  // Regions and products differ in number, so that a mix-up fails the test.
  Amount: (((at * 37) % 101) + 1) * (1 + (at % 4)) + (at % 3) * 20,
  Price: ((at * 53) % 97) + 1,
}));

const fields = Object.keys(rows[0]);
const script = `
SET DateFormat='YYYY-MM-DD';
SET MonthNames='Jan;Feb;Mar;Apr;May;Jun;Jul;Aug;Sep;Oct;Nov;Dec';
Sales:
LOAD * INLINE [
${fields.join(',')}
${rows.map((row) => fields.map((field) => row[field]).join(',')).join('\n')}
];
`;

/** Sums of a field by the values of other fields, joined by a space. */
function sums(field, ...by) {
  const result = {};
  for (const row of rows) {
    const key = by.map((name) => row[name]).join(' ');
    result[key] = (result[key] ?? 0) + row[field];
  }
  return result;
}

/** The number of rows for each combination of values. */
function counts(...by) {
  const result = {};
  for (const row of rows) {
    const key = by.map((name) => row[name]).join(' ');
    result[key] = (result[key] ?? 0) + 1;
  }
  return result;
}

module.exports = { counts, products, regions, rows, script, sums };
