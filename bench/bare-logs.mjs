// Reads what containers have written, all at once, and drops it: what reading logs costs at least.
// Usage: node bare-logs.mjs NAME…
import { request } from 'node:http';
import { failing, SOCKET } from './lib/ask.mjs';

const read = (name) =>
  new Promise((resolve, reject) => {
    const path = `/containers/${name}/logs?stdout=1&stderr=1`;
    const call = request({ socketPath: SOCKET, path }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`GET ${path}: ${answer.statusCode}`));
      answer.on('error', reject).on('end', resolve).resume();
    });
    call.on('error', reject).end();
  });

await Promise.all(process.argv.slice(2).map(read)).catch(failing);
