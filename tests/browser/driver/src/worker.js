import init, { run } from './page.js';

const name = new URL(location).searchParams.get('test');
await init();
run(name).then(() => postMessage(null), (error) => postMessage(String(error?.message ?? error)));
