// One run of the benchmarks: what its benches share, what they found, and what is to be removed after it.
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { run, stopAll } from './children.mjs';
import { removeProjects } from './clean-up.mjs';
import { compare } from './compare.mjs';
import { comparisonTable, factsTable } from './table.mjs';

export const TSFIG = fileURLToPath(new URL('../../bin/tsfig.js', import.meta.url));
const PEAK = fileURLToPath(new URL('peak.cjs', import.meta.url));
/** What an engine may still do for a client that was killed shows within this time. */
const AFTERMATH_MS = 500;

/** A command that runs a script, or tsfig, with this Node. */
export const nodeCommand = (...args) => ({ program: process.execPath, args });

export class Session {
  /** Every project of this run begins so; its containers are known by it. */
  id = `tsfig-bench-${randomBytes(3).toString('hex')}`;
  directory = mkdtempSync(path.join(os.tmpdir(), 'tsfig-bench-'));
  results = [];
  #count = 0;

  /** @param {{ quick: boolean, peers: readonly import('./peers.mjs').Peer[] }} options */
  constructor({ quick, peers }) {
    this.quick = quick;
    this.peers = peers;
  }

  rounds(full, quick) {
    return this.quick ? quick : full;
  }

  /** A project with a directory of its own, and the commands for it. */
  project() {
    this.#count += 1;
    return new Project(`${this.id}-${this.#count}`, path.join(this.directory, String(this.#count)));
  }

  /** Does something with a project that is gone afterwards. */
  async with(work) {
    const project = this.project();
    try {
      return await work(project);
    } finally {
      await project.clean();
    }
  }

  /** Measures, prints and keeps a comparison. */
  async compare(title, ways, how) {
    const onRound = (round) => this.#progress(`${title}: round ${round + 1} of ${how.rounds}`);
    const comparison = { kind: 'comparison', title, ...(await compare(ways, { ...how, onRound })) };
    this.#keep(comparison, comparisonTable(comparison));
    return comparison;
  }

  /** Prints and keeps figures that are compared with nothing but, where they have `most`, with that. */
  facts(title, facts) {
    const judged = facts.map((fact) =>
      fact.most === undefined ? fact : { ...fact, reached: Number(fact.value) <= fact.most },
    );
    this.#keep({ kind: 'facts', title, facts: judged }, factsTable({ title, facts: judged }));
  }

  /** Peak memory of a command of this Node, in MB. Not measured together with its time, which it costs some of. */
  async peakOf({ args, ...command }) {
    const file = path.join(this.directory, 'peak');
    const env = { ...command.env, BENCH_PEAK: file };
    await run({ ...command, args: ['-r', PEAK, ...args], env });
    return Number((Number(readFileSync(file, 'utf8')) / 1024).toFixed(1));
  }

  async close() {
    this.#progress('');
    await removeProjects((name) => name.startsWith(`${this.id}-`));
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Ends all that runs, and closes. */
  async abort() {
    stopAll();
    await this.close();
    await sleep(AFTERMATH_MS);
    await this.close();
  }

  #keep(result, text) {
    this.results.push(result);
    this.#progress('');
    process.stdout.write(`\n${text}\n`);
  }

  #progress(text) {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  }
}

class Project {
  #downs = [];

  constructor(name, directory) {
    this.name = name;
    this.directory = directory;
    mkdirSync(directory);
  }

  write(name, text) {
    writeFileSync(path.join(this.directory, name), text);
  }

  tsfig(...args) {
    return { ...nodeCommand(TSFIG, '-p', this.name, ...args), cwd: this.directory };
  }

  /** @param {import('./peers.mjs').Peer} peer */
  peer({ program, first, ownsContainers }, ...args) {
    const command = (...words) => ({ program, args: [...first, '-p', this.name, ...words], cwd: this.directory });
    if (ownsContainers) this.#downs = [command('down', '-t', '0')];
    return command(...args);
  }

  async clean() {
    for (const down of this.#downs) await run(down).catch(() => undefined);
    await removeProjects((name) => name === this.name);
    rmSync(this.directory, { recursive: true, force: true });
  }
}
