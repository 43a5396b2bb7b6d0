// What `tsfig run --once` asks of the engine for a job with nothing else to do, by hand and in the same order: the floor
// for its benchmark. Usage: node bare-once.mjs PROJECT NAME
import { Agent, request } from 'node:http';

const socketPath = process.env.DOCKER_HOST?.replace(/^unix:\/\//, '') ?? '/var/run/docker.sock';
const [project, name] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true });
const labels = { 'com.docker.compose.project': project };

function ask(method, path, body) {
  return new Promise((resolve, reject) => {
    const headers = body ? { 'Content-Type': 'application/json' } : {};
    const call = request({ socketPath, agent, method, path: `/v1.41${path}`, headers }, (answer) => {
      let text = '';
      answer.on('data', (piece) => (text += piece)).on('end', () => resolve(text ? JSON.parse(text) : null));
    });
    call.on('error', reject);
    call.end(body ? JSON.stringify(body) : undefined);
  });
}

/** Output comes as frames of a header of 8 bytes and so many bytes of text. */
function attach(container) {
  return new Promise((resolve, reject) => {
    const headers = { Connection: 'Upgrade', Upgrade: 'tcp', 'Content-Length': 0 };
    const path = `/v1.41/containers/${container}/attach?stream=1&stdout=1&stderr=1`;
    const call = request({ socketPath, method: 'POST', path, headers });
    call.on('error', reject).on('upgrade', (_answer, socket) => {
      socket.on('data', (frame) => process.stdout.write(frame.subarray(8)));
      const ended = new Promise((end) => socket.on('end', end));
      resolve({ ended });
    });
    call.end();
  });
}

await new Promise((resolve) =>
  request({ socketPath, agent, path: '/_ping' }, (a) => a.resume().on('end', resolve)).end(),
);
const filters = encodeURIComponent(JSON.stringify({ label: [`com.docker.compose.project=${project}`] }));
const [containers] = await Promise.all([
  ask('GET', `/containers/json?all=1&filters=${filters}`),
  ask('GET', '/networks'),
  ask('GET', '/images/busybox/json'),
]);
for (const { Id } of containers) await ask('DELETE', `/containers/${Id}?force=1&v=1`);
const HostConfig = { NetworkMode: `${project}_default` };
await ask('POST', `/containers/create?name=${name}`, { Image: 'busybox', Cmd: ['true'], Labels: labels, HostConfig });
const { ended } = await attach(name);
await ask('POST', `/containers/${name}/start`);
const { StatusCode } = await ask('POST', `/containers/${name}/wait?condition=not-running`);
await ended;
agent.destroy();
process.exitCode = StatusCode;
