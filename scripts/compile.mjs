// Runs the bundle once, in a project of its own and against an engine that is not there but in this process, and keeps what V8
// has compiled meanwhile in dist/cli/main.cjs.ID.v8: what nearly every command runs. bin/load.js starts with it.
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const { compiledFile, load } = createRequire(import.meta.url)('../bin/load.js');
const main = fileURLToPath(new URL('../dist/cli/main.cjs', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'tsfig-compile-'));
const socket = path.join(folder, 'engine.sock');

const FIG = `
web: { image: web, command: run it, links: [db], ports: ["8000:80"], environment: { KEY: value } }
db: { image: db, volumes: ["data:/data", /more], healthcheck: { test: "true" } }
`;

const ANSWERS = [
  [/^\/_ping/, ''],
  [/\/containers\/json|\/networks$/, []],
  [/\/volumes$/, { Volumes: [] }],
  [/\/images\//, { Id: 'sha256:0', Config: { Env: ['A=b'], ExposedPorts: { '80/tcp': {} }, Volumes: {} } }],
  [/\/info/, { Name: 'host', ServerVersion: '28' }],
  [/create/, { Id: '0' }],
];

/** Says yes to everything and has nothing. */
const engine = createServer((request, response) => {
  request.resume();
  const [, answer] = ANSWERS.find(([pattern]) => pattern.test(request.url.replace(/\?.*/, ''))) ?? [];
  response.writeHead(answer === undefined ? 204 : 200, { 'Api-Version': '1.41', 'Content-Type': 'application/json' });
  response.end(answer === undefined ? '' : JSON.stringify(answer));
});
engine.listen(socket, () => {
  engine.unref();
  writeFileSync(path.join(folder, 'fig.yml'), FIG);
  process.chdir(folder);
  process.env.DOCKER_HOST = `unix://${socket}`;
  process.argv = [process.argv[0], 'tsfig', '-p', path.basename(folder), 'up', '-d', '--no-wait'];
  const script = load(main);
  process.on('exit', () => {
    rmSync(folder, { recursive: true, force: true });
    const file = compiledFile(main, readFileSync(main, 'utf8'));
    const beside = `${file}.${process.pid}.tmp`;
    writeFileSync(beside, script.createCachedData());
    renameSync(beside, file);
  });
});
