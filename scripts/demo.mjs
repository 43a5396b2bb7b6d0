// What bin/demo asks before and after `tsfig up`.
//   demo.mjs port FROM           the port that the quickstart is published at already, else the first free one from FROM on
//   demo.mjs answer URL SECONDS  asks until there is an answer, and prints its first heading
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const commands = { port, answer };
const [command, ...args] = process.argv.slice(2);
try {
  process.stdout.write(`${await commands[command](...args)}\n`);
} catch (error) {
  // What fetch throws says only that it failed; and why, for several addresses at once, is a code without a message.
  process.stderr.write(`${error.cause?.message || error.cause?.code || error.message}\n`);
  process.exitCode = 1;
}

async function port(from) {
  return (await publishedPort()) ?? firstFree(Number(from), Number(from) + 50);
}

/** Running the demo again must find its own port taken by itself, not move on to the next. */
async function publishedPort() {
  const { default: Docker } = await import('dockerode');
  const label = ['com.docker.compose.project=quickstart', 'com.docker.compose.service=web'];
  const containers = await new Docker().listContainers({ filters: { label } });
  return containers
    .flatMap(({ Ports }) => Ports)
    .find(({ PrivatePort, PublicPort }) => PrivatePort === 8000 && PublicPort)?.PublicPort;
}

async function firstFree(from, to) {
  for (let number = from; number < to; number++) if (await isFree(number)) return number;
  throw new Error(`no free port from ${from} to ${to}`);
}

function isFree(number) {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(number, () => server.close(() => resolve(true)));
  });
}

/** A published port takes connections before the program behind it does, so only an answer counts. */
async function answer(url, seconds) {
  const until = Date.now() + Number(seconds) * 1000;
  for (;;) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
      const text = await response.text();
      if (!response.ok) throw new Error(`${response.status} ${text}`);
      return /<h1[^>]*>(.*?)<\/h1>/s.exec(text)?.[1].replaceAll(/<[^>]+>/g, '') ?? text.split('\n')[0];
    } catch (error) {
      if (Date.now() > until) throw error;
      await sleep(50);
    }
  }
}
