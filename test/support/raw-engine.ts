import { request } from 'node:http';

/** A request to the engine of this machine past all of our code, to prepare what tsfig itself never does (tags, pushes). */
export async function askEngine(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const socketPath = process.env['DOCKER_HOST']?.replace(/^unix:\/\//, '') ?? '/var/run/docker.sock';
  return await new Promise((resolve, reject) => {
    const asked = request({ socketPath, method, path, headers }, (answer) => {
      const pieces: Buffer[] = [];
      answer.on('data', (piece: Buffer) => pieces.push(piece));
      answer.on('error', reject);
      answer.on('end', () => {
        const text = Buffer.concat(pieces).toString('utf8');
        const failed = (answer.statusCode ?? 500) >= 400 || text.includes('"errorDetail"');
        if (failed) reject(new Error(`${method} ${path}: ${answer.statusCode ?? ''} ${text}`));
        else resolve(text);
      });
    });
    asked.on('error', reject);
    asked.end();
  });
}
