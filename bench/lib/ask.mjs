// One request to the engine, with nothing but node:http: the bare scripts, which are what tsfig is compared with, use it, too.
import { Agent, request } from 'node:http';

export const SOCKET = process.env.DOCKER_HOST?.replace(/^unix:\/\//, '') ?? '/var/run/docker.sock';

/** Connections that are kept; `places` is how many requests are under way at a time, the others wait in turn. */
export const agentFor = (places) => new Agent({ keepAlive: true, maxSockets: places });
const sixteen = agentFor(16);

/**
 * The engine's answer, read as JSON where it is JSON. Rejects with what the engine says for 400 and above.
 * @param {string} method
 * @param {string} path
 * @param {{ body?: object, agent?: Agent }} [more]
 * @returns {Promise<any>}
 */
export function ask(method, path, { body, agent = sixteen } = {}) {
  return new Promise((resolve, reject) => {
    const text = body && JSON.stringify(body);
    const headers = text ? { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) } : {};
    const call = request({ socketPath: SOCKET, agent, method, path, headers }, (answer) => {
      let content = '';
      answer.setEncoding('utf8').on('error', reject);
      answer.on('data', (piece) => (content += piece));
      answer.on('end', () => {
        const isJson = answer.headers['content-type']?.startsWith('application/json') && content !== '';
        const value = isJson ? JSON.parse(content) : content;
        if (answer.statusCode < 400) resolve(value);
        else reject(new Error(`${method} ${path}: ${value.message ?? answer.statusCode}`));
      });
    });
    call.on('error', reject);
    call.end(text);
  });
}

/** Ends a bare script with the reason instead of a stack, so that the reason is what a table can show. */
export function failing(error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
