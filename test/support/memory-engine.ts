import { setMaxListeners } from 'node:events';
import { raceAbort } from '../../src/lib/deadline.js';
import type { Milliseconds } from '../../src/lib/units.js';
import type { BuildSpec, ContainerSpec, NetworkSpec, VolumeSpec } from '../../src/model/container-spec.js';
import { TsfigError, type ErrorCode } from '../../src/model/errors.js';
import type { Progress } from '../../src/model/event.js';
import { LABEL } from '../../src/model/names.js';
import type {
  ContainerDetails,
  HealthState,
  ObservedContainer,
  ObservedImage,
  ObservedNetwork,
  ObservedVolume,
} from '../../src/model/observed.js';
import type {
  Attachment,
  AttachOptions,
  BuildOutput,
  CallOptions,
  Endpoint,
  Engine,
  EngineEvent,
  EngineInfo,
  EngineHost,
  LogOptions,
  NetworkTarget,
  OutputChunk,
} from '../../src/engine/engine.js';
import { idOf, nameOf, type ContainerTarget } from '../../src/model/replica.js';
import { Feed } from './feed.js';
import { runs, toDetails, toObserved, type LoggedOutput, type MemoryContainer } from './memory-container.js';
import { BUILT_IN, freeAddress, makeNetwork } from './memory-networks.js';
import { toDeeds } from './memory-program.js';

export interface RecordedCall {
  readonly method: EngineMethod;
  readonly args: readonly unknown[];
}

export type EngineMethod = Exclude<keyof Engine, 'engineInfo'>;

const FIRST_SECOND = 1_700_000_000;
const KILLED = 137;
/** How the engine names a volume that nobody named. */
const ANONYMOUS = /^[0-9a-f]{64}$/;

/**
 * An engine that behaves, in memory: names conflict, images are missing, ports and addresses are taken, containers run
 * what `toDeeds` understands. Without clock and timers: a `sleep` lasts until it is stopped, health changes when a test
 * says so. Its behaviour is held to the real engine's by `test/contract/engine-contract.ts`.
 */
export class MemoryEngine implements Engine {
  readonly address = 'memory://';
  /** Otherwise nobody answers. */
  isReachable = true;
  readonly #info: EngineInfo;
  host: EngineHost = { engineVersion: '20.10.24', hostname: 'memory', kernel: '6.1', pools: [] };
  readonly calls: RecordedCall[] = [];
  /** Called before each call is carried out; a promise holds the call up until it resolves or the call is aborted. */
  onCall: ((call: RecordedCall) => void | Promise<void>) | null = null;
  readonly containers = new Map<string, MemoryContainer>();
  readonly images = new Map<string, ObservedImage>();
  /** What a registry has. */
  readonly pullable = new Map<string, ObservedImage>();
  readonly volumes = new Map<string, VolumeSpec>();
  #networks: ObservedNetwork[] = [...BUILT_IN];
  readonly #events = new Feed<EngineEvent>();
  readonly #failures: { readonly method: EngineMethod; readonly error: Error }[] = [];
  #ticks = 0;

  constructor(images: readonly string[] = ['busybox'], info: Partial<EngineInfo> = {}) {
    this.#info = { flavor: 'docker', apiVersion: '1.41', ...info };
    for (const ref of images) this.addImage(ref);
  }

  async secret(options: CallOptions): Promise<string | null> {
    await this.#enter('secret', [], options);
    return 'net-none';
  }

  engineInfo(): Promise<EngineInfo> {
    return Promise.resolve(this.#info);
  }

  // What tests do to it.

  /** The next call of this method throws this. Several are thrown in their order. */
  failNext(method: EngineMethod, error: Error): void {
    this.#failures.push({ method, error });
  }

  /** Failures that were announced and have not happened. */
  forgetFailures(): void {
    this.#failures.length = 0;
  }

  addImage(ref: string, parts: Partial<ObservedImage> = {}): ObservedImage {
    const image = imageOf(ref, parts);
    this.images.set(ref, image);
    return image;
  }

  addPullable(ref: string, parts: Partial<ObservedImage> = {}): void {
    this.pullable.set(ref, imageOf(ref, parts));
  }

  /** The container's program writes. */
  write(container: string, text: string, stream: OutputChunk['stream'] = 'stdout'): void {
    this.#write(this.#find(container), stream, Buffer.from(text));
  }

  /** The container's program ends. */
  exit(container: string, code: number, outOfMemory = false): void {
    const found = this.#find(container);
    found.outOfMemory = outOfMemory;
    if (outOfMemory) this.#tell(found, 'oom');
    this.#end(found, code);
  }

  setHealth(container: string, health: Exclude<HealthState, 'none'>, lastProbe: string | null = null): void {
    const found = this.#find(container);
    found.health = health;
    found.lastProbe = lastProbe;
    this.#tell(found, 'health');
  }

  // What tsfig does with it.

  async listContainers(options: CallOptions & { readonly project: string | null }): Promise<ObservedContainer[]> {
    await this.#enter('listContainers', [options.project], options);
    const all = [...this.containers.values()].reverse(); // the engine lists the newest first
    const { project } = options;
    return all.filter(({ spec }) => project === null || spec.labels[LABEL.project] === project).map(toObserved);
  }

  async inspectContainer(container: ContainerTarget, options: CallOptions): Promise<ContainerDetails> {
    await this.#enter('inspectContainer', [nameOf(container)], options);
    return toDetails(this.#find(container));
  }

  async listNetworks(options: CallOptions): Promise<readonly ObservedNetwork[]> {
    await this.#enter('listNetworks', [], options);
    return [...this.#networks];
  }

  async listVolumes(options: CallOptions & { readonly project: string }): Promise<readonly ObservedVolume[]> {
    await this.#enter('listVolumes', [options.project], options);
    const all = [...this.volumes.values()];
    return all
      .filter(({ labels }) => labels[LABEL.project] === options.project)
      .map(({ name, labels }) => ({ name, labels }));
  }

  async inspectImage(ref: string, options: CallOptions): Promise<ObservedImage> {
    await this.#enter('inspectImage', [ref], options);
    return this.#findImage(ref);
  }

  async findImages(refs: readonly string[], options: CallOptions): Promise<ReadonlyMap<string, string>> {
    await this.#enter('findImages', [refs], options);
    return new Map(refs.flatMap((ref) => (this.images.has(ref) ? [[ref, this.#findImage(ref).id] as const] : [])));
  }

  async inspectHost(options: CallOptions): Promise<EngineHost> {
    await this.#enter('inspectHost', [], options);
    return this.host;
  }

  #networkIdOf(name: string): string | null {
    return this.#networks.find((network) => network.name === name)?.id ?? null;
  }

  async createNetwork(network: NetworkSpec, options: CallOptions): Promise<void> {
    await this.#enter('createNetwork', [network], options);
    this.#networks.push(makeNetwork(network, this.#networks, `net-${this.#tick()}`));
  }

  async removeNetwork(network: NetworkTarget, options: CallOptions): Promise<void> {
    const name = networkName(network);
    await this.#enter('removeNetwork', [name], options);
    this.#findNetwork(name);
    const users = [...this.containers.values()].filter((one) => runs(one) && one.networks.has(name));
    if (users.length > 0) throw failure('network-in-use', `remove network ${name}`, 'it has active endpoints');
    this.#networks = this.#networks.filter((network) => network.name !== name);
  }

  async connectNetwork(
    target: NetworkTarget,
    container: ContainerTarget,
    { aliases, address }: Endpoint,
    options: CallOptions,
  ): Promise<void> {
    const network = networkName(target);
    await this.#enter('connectNetwork', [network, nameOf(container), { aliases, address }], options);
    this.#findNetwork(network);
    const found = this.#find(container);
    if (found.networks.has(network)) {
      throw failure('engine-refused', `connect ${nameOf(container)} to ${network}`, 'endpoint already exists');
    }
    const endpoint = { networkId: this.#findNetwork(network).id, fixed: address, aliases, address: null };
    found.networks.set(network, endpoint);
    if (runs(found)) this.#connect(found);
  }

  async disconnectNetwork(target: NetworkTarget, container: ContainerTarget, options: CallOptions): Promise<void> {
    const network = networkName(target);
    await this.#enter('disconnectNetwork', [network, nameOf(container)], options);
    this.#findNetwork(network);
    this.#find(container).networks.delete(network);
  }

  async createVolume(volume: VolumeSpec, options: CallOptions): Promise<void> {
    await this.#enter('createVolume', [volume], options);
    if (!this.volumes.has(volume.name)) this.volumes.set(volume.name, volume);
  }

  async removeVolume(name: string, options: CallOptions): Promise<void> {
    await this.#enter('removeVolume', [name], options);
    if (!this.volumes.has(name)) throw failure('not-found', `remove volume ${name}`, 'no such volume');
    const used = [...this.containers.values()].some(({ mounts }) => mounts.some(({ volume }) => volume === name));
    if (used) throw failure('engine-conflict', `remove volume ${name}`, 'volume is in use');
    this.volumes.delete(name);
  }

  async createContainer(spec: ContainerSpec, options: CallOptions): Promise<string> {
    await this.#enter('createContainer', [spec], options);
    if (this.#named(spec.name)) throw nameTaken(`create ${spec.name}`, spec.name);
    const image = this.#findImage(spec.image);
    const id = (this.#tick() + 0xabc0000).toString(16).padStart(64, '0');
    const container: MemoryContainer = {
      id,
      name: spec.name,
      spec,
      image,
      createdAt: Math.floor(FIRST_SECOND + this.#ticks / 1000),
      state: 'created',
      health: 'none',
      exitCode: 0,
      outOfMemory: false,
      startedAt: null,
      finishedAt: null,
      lastProbe: null,
      log: [],
      output: new Feed(),
      ended: new Feed(),
      deedsLeft: [],
      mounts: this.#mountsOf(spec, image),
      sharesNetworkOf: spec.network.kind === 'container' ? this.#find(spec.network.container).id : null,
      networks: new Map(
        spec.network.kind === 'network'
          ? [
              [
                spec.network.name,
                {
                  networkId: this.#networkIdOf(spec.network.name),
                  fixed: spec.network.address,
                  aliases: spec.network.aliases,
                  address: null,
                },
              ],
            ]
          : [[spec.network.kind, { networkId: null, fixed: null, aliases: [], address: null }]],
      ),
    };
    this.containers.set(id, container);
    this.#tell(container, 'create');
    return id;
  }

  async startContainer(container: ContainerTarget, options: CallOptions): Promise<void> {
    await this.#enter('startContainer', [nameOf(container)], options);
    this.#start(this.#find(container));
  }

  async stopContainer(container: ContainerTarget, grace: Milliseconds | null, options: CallOptions): Promise<void> {
    await this.#enter('stopContainer', [nameOf(container), grace], options);
    this.#stop(this.#find(container));
  }

  async killContainer(container: ContainerTarget, killSignal: string, options: CallOptions): Promise<void> {
    await this.#enter('killContainer', [nameOf(container), killSignal], options);
    const found = this.#find(container);
    if (!runs(found)) throw failure('engine-conflict', `kill ${nameOf(container)}`, 'it is not running');
    this.#tell(found, 'kill');
    this.#end(found, KILLED);
  }

  async unpauseContainer(container: ContainerTarget, options: CallOptions): Promise<void> {
    await this.#enter('unpauseContainer', [nameOf(container)], options);
    const found = this.#find(container);
    if (found.state !== 'paused') throw failure('engine-conflict', `unpause ${nameOf(container)}`, 'it is not paused');
    found.state = 'running';
    this.#tell(found, 'unpause');
  }

  async restartContainer(container: ContainerTarget, grace: Milliseconds | null, options: CallOptions): Promise<void> {
    await this.#enter('restartContainer', [nameOf(container), grace], options);
    const found = this.#find(container);
    this.#stop(found);
    this.#start(found);
  }

  async renameContainer(container: ContainerTarget, to: string, options: CallOptions): Promise<void> {
    await this.#enter('renameContainer', [nameOf(container), to], options);
    const found = this.#find(container);
    if (this.#named(to)) throw nameTaken(`rename ${nameOf(container)}`, to);
    found.name = to;
    this.#tell(found, 'rename');
  }

  async removeContainer(container: ContainerTarget, volumes: boolean, options: CallOptions): Promise<void> {
    await this.#enter('removeContainer', [nameOf(container), volumes], options);
    const found = this.#find(container);
    if (runs(found)) {
      this.#tell(found, 'kill');
      this.#end(found, KILLED);
    }
    this.containers.delete(found.id);
    found.ended.push(found.exitCode);
    found.output.end();
    for (const mount of volumes ? found.mounts : []) {
      const { volume } = mount;
      if (volume !== null && ANONYMOUS.test(volume) && !this.#usesVolume(volume)) this.volumes.delete(volume);
    }
    this.#tell(found, 'destroy');
  }

  async waitContainer(
    container: ContainerTarget,
    options: CallOptions & { readonly nextExit: boolean },
  ): Promise<number> {
    await this.#enter('waitContainer', [nameOf(container), options.nextExit], options);
    const found = this.#find(container);
    if (!options.nextExit && !runs(found)) return found.exitCode;
    for await (const code of found.ended.read(0, options.signal)) return code;
    return found.exitCode;
  }

  async attach(container: ContainerTarget, options: CallOptions & AttachOptions): Promise<Attachment> {
    await this.#enter('attach', [nameOf(container), { tty: options.tty, stdin: options.stdin }], options);
    const found = this.#find(container);
    const closing = new AbortController();
    const closed = new Error('the attachment was closed');
    const signal = AbortSignal.any([options.signal, closing.signal]);
    return {
      output: withoutTime(found.output.read(found.output.values.length, signal)),
      write: async (bytes) => {
        await Promise.resolve();
        options.signal.throwIfAborted();
        if (found.deedsLeft[0]?.kind === 'read' && runs(found)) this.#write(found, 'stdout', bytes);
        else if (found.state === 'exited')
          throw failure('engine-refused', `write to ${nameOf(container)}`, 'it has ended');
      },
      endInput: () => {
        if (!runs(found) || found.deedsLeft[0]?.kind !== 'read') return;
        found.deedsLeft = found.deedsLeft.slice(1);
        this.#proceed(found);
      },
      close: () => closing.abort(closed),
    };
  }

  async *logs(container: ContainerTarget, options: CallOptions & LogOptions): AsyncGenerator<OutputChunk, void> {
    const { signal, ...rest } = options;
    await this.#enter('logs', [nameOf(container), rest], { signal });
    const found = this.#find(container);
    const { tail, follow, since, until, timestamps } = options;
    const from = found.output.values.length;
    const shown = found.log.filter(
      ({ at }) => (since === null || at >= Number(since)) && (until === null || at <= Number(until)),
    );
    const stamped = (one: LoggedOutput): OutputChunk => (timestamps ? withTime(one) : toChunk(one));
    for (const one of tail === null ? shown : tail === 0 ? [] : shown.slice(-tail)) yield stamped(one);
    if (follow && runs(found)) for await (const one of found.output.read(from, signal)) yield stamped(one);
  }

  async resizeTerminal(
    container: ContainerTarget,
    size: { readonly columns: number; readonly rows: number },
    o: CallOptions,
  ) {
    await this.#enter('resizeTerminal', [nameOf(container), size], o);
    this.#find(container);
  }

  async events(options: CallOptions & { readonly project: string }): Promise<AsyncIterable<EngineEvent>> {
    await this.#enter('events', [options.project], options);
    return ofProject(this.#events.read(this.#events.values.length, options.signal), options.project);
  }

  async *pullImage(ref: string, options: CallOptions): AsyncGenerator<Progress, void> {
    await this.#enter('pullImage', [ref], options);
    const image = this.pullable.get(ref);
    if (!image) throw failure('image-not-found', `pull ${ref}`, 'pull access denied, or it does not exist');
    yield { part: 'layer', status: 'Downloading', doneBytes: 1, totalBytes: 2 };
    yield { part: 'layer', status: 'Pull complete', doneBytes: null, totalBytes: null };
    this.images.set(ref, image);
  }

  async *buildImage(build: BuildSpec, options: CallOptions): AsyncGenerator<BuildOutput, void> {
    await this.#enter('buildImage', [build], options);
    yield { kind: 'text', text: `Step 1/1 : FROM ${build.services.join(', ')}` };
    const id = `sha256:built-${this.#tick()}`;
    for (const ref of build.refs) this.addImage(ref, { id });
  }

  async removeImage(ref: string, options: CallOptions): Promise<void> {
    await this.#enter('removeImage', [ref], options);
    const { id } = this.#findImage(ref);
    const used = [...this.containers.values()].some(({ image }) => image.id === id);
    if (used) throw failure('engine-conflict', `remove image ${ref}`, 'a container uses it');
    this.images.delete(ref);
  }

  // How it works.

  async #enter(method: EngineMethod, args: readonly unknown[], { signal }: CallOptions): Promise<void> {
    signal.throwIfAborted();
    setMaxListeners(0, signal); // each call listens while it lasts
    const call = { method, args };
    this.calls.push(call);
    await raceAbort(Promise.resolve(this.onCall?.(call)), signal);
    if (!this.isReachable) throw new TsfigError('engine-unreachable', 'cannot reach the Docker engine');
    const at = this.#failures.findIndex((one) => one.method === method);
    const failed = at === -1 ? undefined : this.#failures.splice(at, 1)[0];
    if (failed) throw failed.error;
  }

  #start(container: MemoryContainer): void {
    if (runs(container)) return;
    const { spec } = container;
    for (const network of container.networks.keys()) {
      if (spec.network.kind !== 'container') this.#findNetwork(network);
    }
    this.#checkPorts(container);
    const deeds = toDeeds([...(spec.entrypoint ?? []), ...(spec.command ?? ['sh'])]);
    this.#connect(container);
    container.state = 'running';
    container.health = hasCheck(container) ? 'starting' : 'none';
    container.startedAt = this.#now();
    container.deedsLeft = deeds;
    this.#tell(container, 'start');
    this.#proceed(container);
  }

  #proceed(container: MemoryContainer): void {
    for (let deed = container.deedsLeft[0]; deed; deed = container.deedsLeft[0]) {
      if (deed.kind === 'sleep' || (deed.kind === 'read' && container.spec.stdinOpen)) return;
      if (deed.kind === 'write') this.#write(container, deed.stream, Buffer.from(deed.text));
      if (deed.kind === 'exit') {
        this.#end(container, deed.code);
        return;
      }
      container.deedsLeft = container.deedsLeft.slice(1);
    }
    this.#end(container, 0);
  }

  #stop(container: MemoryContainer): void {
    if (!runs(container)) return;
    this.#tell(container, 'kill');
    this.#end(container, KILLED);
    this.#tell(container, 'stop');
  }

  #end(container: MemoryContainer, code: number): void {
    container.state = 'exited';
    container.exitCode = code;
    container.finishedAt = this.#now();
    for (const endpoint of container.networks.values()) endpoint.address = null;
    container.output.end();
    container.output = new Feed();
    this.#tell(container, 'die');
    container.ended.push(code);
    container.ended = new Feed();
  }

  #write(container: MemoryContainer, stream: OutputChunk['stream'], bytes: Uint8Array): void {
    const one = {
      stream: container.spec.tty ? 'stdout' : stream,
      bytes,
      at: FIRST_SECOND + this.#tick() / 1000,
    } as const;
    container.log.push(one);
    container.output.push(one);
  }

  #connect(container: MemoryContainer): void {
    for (const [name, endpoint] of container.networks) {
      const network = this.#networks.find((one) => one.name === name);
      if (!network || endpoint.address !== null) continue;
      const used = [...this.containers.values()].map((other) => other.networks.get(name)?.address ?? null);
      if (endpoint.fixed !== null && used.includes(endpoint.fixed)) {
        throw failure('address-taken', `start ${container.name}`, 'Address already in use');
      }
      endpoint.address = endpoint.fixed ?? freeAddress(network, used);
    }
  }

  #checkPorts({ id, name, spec }: MemoryContainer): void {
    const others = [...this.containers.values()].filter((other) => runs(other) && other.id !== id);
    const taken = new Set(others.flatMap((other) => other.spec.ports.map(portKey)));
    const clash = spec.ports.find((port) => port.hostPort !== null && taken.has(portKey(port)));
    if (clash) throw failure('port-taken', `start ${name}`, `port ${clash.hostPort ?? ''} is already allocated`);
  }

  #mountsOf(spec: ContainerSpec, image: ObservedImage): MemoryContainer['mounts'] {
    const mounts = spec.mounts.map((mount) => {
      if (mount.kind === 'bind') return { kind: 'bind', volume: null, source: mount.source, target: mount.target };
      const volume = mount.kind === 'volume' ? mount.volume : (mount.carried ?? this.#anonymousName());
      return this.#volumeMount(volume, mount.target);
    });
    const declared = image.volumes.filter((target) => !mounts.some((mount) => mount.target === target));
    return [...mounts, ...declared.map((target) => this.#volumeMount(this.#anonymousName(), target))];
  }

  #anonymousName(): string {
    return this.#tick().toString(16).padStart(64, '0');
  }

  #volumeMount(volume: string, target: string): MemoryContainer['mounts'][number] {
    if (!this.volumes.has(volume)) this.volumes.set(volume, { name: volume, driver: null, labels: {} });
    return { kind: 'volume', volume, source: `/var/lib/docker/volumes/${volume}/_data`, target };
  }

  #usesVolume(name: string): boolean {
    return [...this.containers.values()].some(({ mounts }) => mounts.some(({ volume }) => volume === name));
  }

  #named(name: string): MemoryContainer | undefined {
    return [...this.containers.values()].find((container) => container.name === name);
  }

  #find(target: ContainerTarget): MemoryContainer {
    const container = idOf(target);
    const found = this.containers.get(container) ?? this.#named(container);
    if (!found) throw failure('container-not-found', `find ${nameOf(target)}`, `No such container: ${container}`);
    return found;
  }

  #findImage(ref: string): ObservedImage {
    const byId = [...this.images.values()].find(({ id }) => id === ref);
    const found = this.images.get(ref) ?? this.images.get(ref.replace(/:latest$/, '')) ?? byId;
    if (!found) throw failure('image-not-found', `find ${ref}`, `No such image: ${ref}`);
    return found;
  }

  #findNetwork(name: string): ObservedNetwork {
    const found = this.#networks.find((network) => network.name === name);
    if (!found) throw failure('not-found', `find network ${name}`, `network ${name} not found`);
    return found;
  }

  #tell(container: MemoryContainer, action: EngineEvent['action']): void {
    const { id, name, spec, exitCode, health } = container;
    const at = (FIRST_SECOND + this.#tick() / 1000).toFixed(9);
    this.#events.push({
      action,
      id,
      name,
      labels: spec.labels,
      exitCode: action === 'die' ? exitCode : null,
      health: action === 'health' && health !== 'none' ? health : null,
      at,
    });
  }

  #tick(): number {
    this.#ticks += 1;
    return this.#ticks;
  }

  #now(): string {
    return new Date(FIRST_SECOND * 1000 + this.#tick()).toISOString();
  }
}

const networkName = (network: NetworkTarget): string => (typeof network === 'string' ? network : network.name);

function imageOf(ref: string, parts: Partial<ObservedImage>): ObservedImage {
  const nothing = { environment: ['PATH=/bin'], exposed: [], volumes: [], healthcheck: null };
  return { id: `sha256:${ref}`, ...nothing, ...parts };
}

function hasCheck({ spec, image }: MemoryContainer): boolean {
  const test = spec.healthcheck?.test ?? image.healthcheck?.test;
  return test !== undefined && test !== null && test[0] !== 'NONE';
}

const portKey = ({ hostPort, protocol }: ContainerSpec['ports'][number]): string => `${hostPort ?? 'any'}/${protocol}`;

const failure = (code: ErrorCode, doing: string, why: string): TsfigError =>
  new TsfigError(code, `cannot ${doing}: ${why}`);
const nameTaken = (doing: string, name: string): TsfigError =>
  failure('name-taken', doing, `The container name "/${name}" is already in use`);

const toChunk = ({ stream, bytes }: LoggedOutput): OutputChunk => ({ stream, bytes });

const withTime = ({ stream, bytes, at }: LoggedOutput): OutputChunk => {
  const stamp = new Date(at * 1000).toISOString().replace('Z', '000000Z ');
  return { stream, bytes: Buffer.concat([Buffer.from(stamp), bytes]) };
};

async function* withoutTime(output: AsyncIterable<LoggedOutput>): AsyncGenerator<OutputChunk, void> {
  for await (const one of output) yield toChunk(one);
}

async function* ofProject(events: AsyncIterable<EngineEvent>, project: string): AsyncGenerator<EngineEvent, void> {
  for await (const event of events) if (event.labels[LABEL.project] === project) yield event;
}
