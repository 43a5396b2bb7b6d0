// Where and with what a run was made: figures of other machines are other figures.
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { ask } from './ask.mjs';
import { run } from './children.mjs';
import { table } from './table.mjs';

/**
 * Rejects when there is no engine.
 * @param {readonly import('./peers.mjs').Peer[]} peers
 */
export async function aboutMachine(peers) {
  const root = new URL('../..', import.meta.url);
  const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
  const [engine, info, commit] = await Promise.all([ask('GET', '/version'), ask('GET', '/info'), commitOf(root)]);
  return {
    date: new Date().toISOString(),
    machine: {
      cpu: os.cpus()[0]?.model ?? 'unknown',
      cores: os.availableParallelism(),
      memoryGb: Number((os.totalmem() / 2 ** 30).toFixed(1)),
      kernel: `${os.type()} ${os.release()}`,
    },
    engine: { version: engine.Version, api: engine.ApiVersion, storage: info.Driver },
    node: process.version,
    tsfig: commit === null ? version : `${version} (${commit})`,
    peers: Object.fromEntries(peers.map(({ name, version }) => [name, version])),
  };
}

/** Null where there is no git, as in an installed package. */
async function commitOf(root) {
  const args = ['describe', '--always', '--dirty', '--exclude=*'];
  const done = await run({ program: 'git', args, cwd: root }, { keep: true }).catch(() => null);
  return done?.stdout.trim() || null;
}

export function machineTable({ date, machine, engine, node, tsfig, peers }) {
  return table(
    ['', ''],
    [
      ['date', date],
      ['machine', `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.kernel}`],
      ['engine', `${engine.version}, API ${engine.api}, ${engine.storage}`],
      ['node', node],
      ['tsfig', tsfig],
      ...Object.entries(peers),
    ],
  );
}
