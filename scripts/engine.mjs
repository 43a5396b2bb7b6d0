// What bin/demo and bin/test ask of a Docker engine, without the docker command: a machine may have the engine's socket only.
//   engine.mjs ping              prints its version; exit 3 when there is a socket that may not be opened, 1 when nothing answers
//   engine.mjs wait SECONDS PID  until it answers; gives up early when the process PID (0: none) is gone
//   engine.mjs missing IMAGE…    prints those that are not there
//   engine.mjs pull IMAGE        pulls it; gives up when nothing is heard for some seconds
//   engine.mjs import IMAGE CMD  makes an image of the tar archive on standard input
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';

const PULL_SILENCE_MS = 15_000;
const MAY_NOT_OPEN = 3;
const docker = new Docker();

const commands = { ping, wait, missing, pull, import: importImage };
const [command, ...args] = process.argv.slice(2);
try {
  await commands[command](...args);
} catch (error) {
  process.stderr.write(`${error.message || error.code}\n`);
  process.exit(error.code === 'EACCES' ? MAY_NOT_OPEN : 1);
}

async function ping() {
  const { Version, Components } = await docker.version();
  const isPodman = Components?.some(({ Name }) => Name.startsWith('Podman'));
  process.stdout.write(`${isPodman ? 'Podman' : 'Docker'} ${Version.replace(/\+.*/, '')}\n`);
}

/** Asks again every 50 ms: a socket that is not there yet, or refuses, cannot be waited for in any other way. */
async function wait(seconds, pid) {
  const until = Date.now() + Number(seconds) * 1000;
  for (;;) {
    try {
      return await ping();
    } catch (error) {
      if (error.code === 'EACCES') throw error;
      if (pid !== '0' && !existsSync(`/proc/${pid}`)) throw new Error('it ended at once', { cause: error });
      if (Date.now() > until) throw new Error(`no answer within ${seconds} s (${error.message})`, { cause: error });
      await sleep(50);
    }
  }
}

async function missing(...images) {
  for (const image of images) {
    await docker
      .getImage(image)
      .inspect()
      .catch((error) => {
        if (error.statusCode !== 404) throw error;
        process.stdout.write(`${image}\n`);
      });
  }
}

async function pull(image) {
  const abort = new AbortController();
  let timer;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(), PULL_SILENCE_MS);
  };
  heard();
  try {
    const [name, tag = 'latest'] = image.split(':');
    const stream = await docker.createImage({ fromImage: name, tag, abortSignal: abort.signal });
    await finished(stream, heard);
  } catch (error) {
    throw abort.signal.aborted ? new Error(`nothing heard for ${PULL_SILENCE_MS / 1000} s`) : error;
  } finally {
    clearTimeout(timer);
  }
}

async function importImage(image, ...changes) {
  const [repo, tag = 'latest'] = image.split(':');
  const stream = await docker.importImage(process.stdin, { repo, tag, changes });
  await finished(stream, () => undefined);
}

function finished(stream, onProgress) {
  return new Promise((resolve, reject) => {
    docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve()), onProgress);
  });
}
