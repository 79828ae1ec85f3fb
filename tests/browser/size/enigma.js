import enigma from 'enigma.js';
import schema from 'enigma.js/schemas/12.2027.0.json';

export const open = (url) => enigma.create({ schema, url }).open();
