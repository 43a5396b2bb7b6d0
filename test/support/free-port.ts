import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the range from which systems pick ports for those who do not care, so that nobody else gets it meanwhile. */
const FIRST = 20_000;
const LAST = 30_000;

/** A port of the host that nothing listens on, on any address. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, LAST);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, resolve));
    return true;
  } catch {
    return false;
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}
