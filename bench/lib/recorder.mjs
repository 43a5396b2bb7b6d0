// Stands between tsfig and the engine and notes what it creates, so that a bare script can create the same.
import { randomInt } from 'node:crypto';
import { createServer, request as ask } from 'node:http';
import path from 'node:path';
import { SOCKET } from './ask.mjs';
import { run } from './children.mjs';
import { figFile, SHAPES } from './files.mjs';

/**
 * What bench/bare-up.mjs creates: the network, then the containers, each started when those it `needs` have started.
 * @typedef {{
 *   project: string,
 *   network: { path: string, body: object },
 *   containers: { name: string, path: string, body: object, needs: string[] }[],
 * }} RawPlan
 */

const TRIES = 5;

/**
 * What tsfig creates for so many services. They are brought up, and gone again afterwards, in a range of addresses far from
 * those that tsfig and its peers are given, so that it is free whenever it is wanted again.
 * @param {import('./session.mjs').Session} session
 * @returns {Promise<RawPlan>}
 */
export async function recordUp(session, count, shape) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await session.with((project) => recordProject(project, count, shape));
    } catch (error) {
      // Somebody may have networks, or routes, where chance has put this one.
      if (tries === TRIES) throw error;
    }
  }
}

async function recordProject(project, count, shape) {
  project.write('fig.yml', figFile(count, shape));
  const created = [];
  const socket = path.join(project.directory, 'engine.sock');
  const proxy = createServer((request, response) => passOn(request, response, created));
  await new Promise((resolve) => proxy.listen(socket, resolve));
  try {
    const env = { DOCKER_HOST: `unix://${socket}`, TSFIG_SUBNET_POOL: `10.${randomInt(64, 250)}.0.0/16` };
    await run({ ...project.tsfig('up', '-d'), env });
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
  return toPlan(project.name, shape, created);
}

function passOn(request, response, created) {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    const { method, url, headers } = request;
    const content = Buffer.concat(pieces);
    if (method === 'POST' && /\/(networks|containers)\/create\b/.test(url)) {
      created.push({ path: url, body: JSON.parse(content.toString()) });
    }
    const onward = ask({ socketPath: SOCKET, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => request.destroy());
    onward.end(content);
  });
}

function toPlan(project, shape, created) {
  const nameOf = (index) => `${project}_s${index}_1`;
  const [network, ...others] = created.filter(({ path }) => path.includes('/networks/'));
  if (!network || others.length > 0) throw new Error('tsfig up has not created exactly one network');
  const containers = created
    .filter(({ path }) => path.includes('/containers/'))
    .map((one) => {
      const name = new URL(one.path, 'http://engine').searchParams.get('name');
      const index = Number(/_s(\d+)_1$/.exec(name)[1]);
      return { name, ...one, needs: SHAPES[shape](index).map(nameOf) };
    });
  return { project, network, containers };
}

/**
 * The same plan for another project: names, labels, links and variables tell its name.
 * @param {RawPlan} plan
 * @param {string} project
 * @returns {RawPlan}
 */
export function renamed(plan, project) {
  const variable = (name) => name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
  const text = JSON.stringify(plan)
    .replaceAll(plan.project, project)
    .replaceAll(variable(plan.project), variable(project));
  return JSON.parse(text);
}
