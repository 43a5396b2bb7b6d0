// What `tsfig logs` asks of the engine for the output itself, read raw and dropped: the floor for its benchmark.
// Usage: node bare-logs.mjs CONTAINER…
import { request } from 'node:http';

const socketPath = process.env.DOCKER_HOST?.replace(/^unix:\/\//, '') ?? '/var/run/docker.sock';

/** Answers how many bytes came, frames and all. */
function read(container) {
  return new Promise((resolve, reject) => {
    const path = `/v1.41/containers/${container}/logs?stdout=1&stderr=1&follow=0`;
    let bytes = 0;
    const call = request({ socketPath, path }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`${container}: the engine answered ${answer.statusCode}`));
      answer.on('error', reject);
      answer.on('data', (piece) => (bytes += piece.length)).on('end', () => resolve(bytes));
    });
    call.on('error', reject).end();
  });
}

const counts = await Promise.all(process.argv.slice(2).map(read));
process.stderr.write(`${counts.reduce((sum, count) => sum + count, 0)} bytes\n`);
