// As much of a Docker engine as it takes to bring a project up and ask for it again, in this process: names, labels and addresses are
// kept, nothing runs. For scripts/compile.mjs, which must work where there is no engine; tests use real ones.
import { createServer } from 'node:http';

/** Answers when it listens. */
export async function openEngine(socketPath) {
  const engine = new StandIn();
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece) => (body += piece));
    request.on('end', () => engine.answer(request, response, body === '' ? null : JSON.parse(body)));
  });
  server.on('upgrade', (request, socket) => engine.attach(request, socket));
  await new Promise((resolve) => server.listen(socketPath, resolve));
  return { close: () => void server.close().closeAllConnections() };
}

const IMAGE = { Config: { Env: ['A=b'], ExposedPorts: { '80/tcp': {} }, Volumes: {} } };
const HEADERS = { 'Api-Version': '1.51', 'Content-Type': 'application/json' };

/** A line of standard output as the engine frames it. */
const FRAME = Buffer.concat([Buffer.from([1, 0, 0, 0, 0, 0, 0, 5]), Buffer.from('line\n')]);

class StandIn {
  #containers = new Map();
  #networks = [];
  #volumes = [];
  #attached = new Map();

  #routes = [
    [/^GET \/containers\/json/, () => [...this.#containers.values()].map(toSummary)],
    [/^POST \/containers\/create\?name=([^&]+)/, (name, body) => this.#create(name, body)],
    [/^POST \/containers\/([^/]+)\/start/, (name) => this.#run(name)],
    [/^POST \/containers\/([^/]+)\/wait/, () => ({ StatusCode: 0 })],
    [/^GET \/containers\/([^/]+)\/json/, (name) => toDetails(this.#find(name))],
    [/^DELETE \/containers\/([^/?]+)/, (name) => this.#containers.delete(this.#find(name)?.name)],
    [/^GET \/containers\/([^/]+)\/logs/, () => FRAME],
    [/^GET \/networks/, () => this.#networks],
    [/^POST \/networks\/create/, (_name, body) => this.#networks.push({ ...body, Id: body.Name })],
    [/^GET \/volumes/, () => ({ Volumes: this.#volumes })],
    [/^POST \/volumes\/create/, (_name, body) => this.#volumes.push(body)],
    [/^GET \/images\/json/, () => ['web', 'db', 'job'].map((ref) => ({ Id: idOf(ref), RepoTags: [`${ref}:latest`] }))],
    [/^GET \/images\/([^/]+)\/json/, (ref) => ({ ...IMAGE, Id: idOf(ref) })],
    [/^GET \/info/, () => ({ Name: 'host', ServerVersion: '28' })],
    [/./, () => ({})],
  ];

  answer({ method, url }, response, body) {
    const call = `${method} ${url.replace(/^\/v[\d.]+/, '')}`;
    for (const [pattern, work] of this.#routes) {
      const [found, name] = pattern.exec(call) ?? [];
      if (found === undefined) continue;
      const answer = work(name, body);
      response.writeHead(200, HEADERS).end(Buffer.isBuffer(answer) ? answer : JSON.stringify(answer));
      return;
    }
  }

  attach({ url }, socket) {
    socket.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n');
    socket.on('error', () => socket.destroy());
    this.#attached.set(/containers\/([^/]+)/.exec(url)[1], socket);
  }

  #find(name) {
    return this.#containers.get(name) ?? [...this.#containers.values()].find(({ Id }) => Id === name);
  }

  #create(name, body) {
    const Id = Buffer.from(name).toString('hex').padEnd(64, '0');
    this.#containers.set(name, { ...body, name, Id });
    return { Id };
  }

  /** What is attached to is a job, and ends at once. */
  #run(name) {
    const job = this.#attached.get(name);
    this.#find(name).hasEnded = job !== undefined;
    job?.end(FRAME);
    return {};
  }
}

const idOf = (ref) => `sha256:${Buffer.from(ref).toString('hex').padEnd(64, '0')}`;

const toSummary = ({ name, Id, Image, Labels, HostConfig, NetworkingConfig, hasEnded }) => ({
  ...{ Id, Image, Labels, HostConfig, ImageID: idOf(Image), Names: [`/${name}`] },
  State: hasEnded ? 'exited' : 'running',
  Status: hasEnded ? 'Exited (0) 1 second ago' : `Up 1 second${name.includes('db') ? ' (healthy)' : ''}`,
  NetworkSettings: { Networks: NetworkingConfig?.EndpointsConfig ?? {} },
});

const toDetails = ({ name, Id, hasEnded }) => ({
  Id,
  Name: `/${name}`,
  State: { Status: hasEnded ? 'exited' : 'running', ExitCode: 0 },
});
