// Ways to bring up a project that is not there. Preparing and removing it is not in their times.
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { timeOf } from './children.mjs';
import { renamed } from './recorder.mjs';
import { nodeCommand } from './session.mjs';

const BARE_UP = fileURLToPath(new URL('../bare-up.mjs', import.meta.url));

/** @typedef {import('./session.mjs').Session} Session */

/**
 * By the engine's API alone, `places` requests at a time.
 * @param {Session} session
 * @param {import('./recorder.mjs').RawPlan} plan
 */
export const rawWay = (session, plan, places) => ({
  name: `raw Engine API by ${places}`,
  time: () =>
    session.with((project) => {
      project.write('plan.json', JSON.stringify(renamed(plan, project.name)));
      return timeOf(nodeCommand(BARE_UP, path.join(project.directory, 'plan.json'), String(places)));
    }),
});

/**
 * @param {Session} session
 * @param {string} file what fig.yml holds
 * @param {readonly string[]} options before the command
 */
export const tsfigWay = (session, file, ...options) => ({
  name: ['tsfig', ...options, 'up -d'].join(' '),
  time: () =>
    session.with((project) => {
      project.write('fig.yml', file);
      return timeOf(project.tsfig(...options, 'up', '-d'));
    }),
});

/**
 * @param {Session} session
 * @param {string} file what docker-compose.yml holds
 */
export const peerWays = (session, file) =>
  session.peers.map((peer) => ({
    name: `${peer.name} up -d`,
    time: () =>
      session.with((project) => {
        project.write('docker-compose.yml', file);
        return timeOf(project.peer(peer, 'up', '-d'));
      }),
  }));
