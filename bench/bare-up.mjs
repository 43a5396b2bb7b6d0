// Creates a network and containers and starts each after those it needs, with PLACES requests at a time and no barrier
// between creating and starting: what an `up` costs at least. PLAN.json is a RawPlan of lib/recorder.mjs.
// Usage: node bare-up.mjs PLAN.json PLACES
import { readFileSync } from 'node:fs';
import { agentFor, ask, failing } from './lib/ask.mjs';

const [file, places] = process.argv.slice(2);
const { network, containers } = JSON.parse(readFileSync(file, 'utf8'));
const agent = agentFor(Number(places));
const version = /^\/v[\d.]+/.exec(network.path)?.[0] ?? '';
const started = new Map();

async function bringUp({ name, path, body, needs }) {
  const created = ask('POST', path, { body, agent });
  await Promise.all([created, ...needs.map((need) => started.get(need))]);
  await ask('POST', `${version}/containers/${name}/start`, { agent });
}

try {
  await ask('POST', network.path, { body: network.body, agent });
  for (const container of containers) started.set(container.name, bringUp(container));
  await Promise.all(started.values());
} catch (error) {
  failing(error);
}
