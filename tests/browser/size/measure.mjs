// Prints the sizes of modules and of other clients, each bundled with its schema. Arguments are folders with modules.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const line = (name, parts) => {
  const sum = (size) => parts.reduce((all, part) => all + size(part), 0).toLocaleString('en').padStart(12);
  console.log(name.padEnd(54), sum((part) => part.length), sum((part) => gzipSync(part, { level: 9 }).length),
    sum((part) => brotliCompressSync(part).length));
};

// As wasm-pack runs it for a release. The features are those that the compiler uses by default.
const features = ['bulk-memory', 'multivalue', 'mutable-globals', 'nontrapping-float-to-int', 'reference-types', 'sign-ext'];
const optimized = (file) => execFileSync(join(here, 'node_modules/.bin/wasm-opt'),
  [file, '-O', ...features.map((name) => `--enable-${name}`), '-o', '-'], { maxBuffer: 1 << 30 });

console.log(`${'bytes'.padEnd(54)} ${'raw'.padStart(12)} ${'gzip -9'.padStart(12)} ${'brotli'.padStart(12)}`);
for (const folder of process.argv.slice(2)) {
  const files = readdirSync(folder).filter((name) => name.endsWith('.wasm') || name.endsWith('.js'));
  const read = (ending) => files.filter((name) => name.endsWith(ending)).map((name) => readFileSync(join(folder, name)));
  line(`qix-client, ${basename(folder)}: module`, read('.wasm'));
  line(`qix-client, ${basename(folder)}: all`, [...read('.wasm'), ...read('.js')]);
  const modules = files.filter((name) => name.endsWith('.wasm')).map((name) => optimized(join(folder, name)));
  line(`qix-client, ${basename(folder)}: after wasm-opt`, [...modules, ...read('.js')]);
}
for (const name of ['enigma.js', 'qlik-api.js']) {
  const options = { entryPoints: [join(here, name)], bundle: true, minify: true, format: 'esm', write: false };
  const { outputFiles } = await build({ ...options, legalComments: 'none' });
  line(`${name.replace('.js', '')} with its schema`, outputFiles.map((file) => file.contents));
}
