// What `tsfig run --once` asks of the engine for a job with nothing else to do, by hand and in the same order: the floor
// for its benchmark. Usage: node bare-once.mjs PROJECT NAME
import { request } from 'node:http';
import { ask, SOCKET } from './lib/ask.mjs';

const [project, name] = process.argv.slice(2);
const labels = { 'com.docker.compose.project': project };

/** Output comes as frames of a header of 8 bytes and so many bytes of text. */
function attach(container) {
  return new Promise((resolve, reject) => {
    const headers = { Connection: 'Upgrade', Upgrade: 'tcp', 'Content-Length': 0 };
    const path = `/containers/${container}/attach?stream=1&stdout=1&stderr=1`;
    const call = request({ socketPath: SOCKET, method: 'POST', path, headers });
    call.on('error', reject).on('upgrade', (_answer, socket) => {
      socket.on('data', (frame) => process.stdout.write(frame.subarray(8)));
      const ended = new Promise((end) => socket.on('end', end));
      resolve({ ended });
    });
    call.end();
  });
}

await ask('GET', '/_ping');
const filters = encodeURIComponent(JSON.stringify({ label: [`com.docker.compose.project=${project}`] }));
const [containers] = await Promise.all([
  ask('GET', `/containers/json?all=1&filters=${filters}`),
  ask('GET', '/networks'),
  ask('GET', `/volumes?filters=${filters}`),
  ask('GET', '/images/busybox/json'),
]);
for (const { Id } of containers) await ask('DELETE', `/containers/${Id}?force=1&v=1`);
const HostConfig = { NetworkMode: `${project}_default` };
const body = { Image: 'busybox', Cmd: ['true'], Labels: labels, HostConfig };
await ask('POST', `/containers/create?name=${name}`, { body });
const { ended } = await attach(name);
await ask('POST', `/containers/${name}/start`);
const { StatusCode } = await ask('POST', `/containers/${name}/wait?condition=not-running`);
await ended;
process.exitCode = StatusCode;
