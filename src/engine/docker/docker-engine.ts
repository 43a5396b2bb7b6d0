import type { Milliseconds } from '../../lib/units.js';
import { createLimiter } from '../../lib/limiter.js';
import type { BuildSpec, ContainerSpec, NetworkSpec, VolumeSpec } from '../../model/container-spec.js';
import type { Progress } from '../../model/event.js';
import type {
  ContainerDetails,
  ObservedContainer,
  ObservedImage,
  ObservedNetwork,
  ObservedVolume,
} from '../../model/observed.js';
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
} from '../engine.js';
import { hasCode } from '../../model/errors.js';
import { idOf, nameOf, type ContainerTarget } from '../../model/replica.js';
import { get, nameOfNetwork, networkPath, post, remove } from './calls.js';
import { doing, type Doing } from './docker-errors.js';
import {
  CONTAINER,
  CONTAINER_SUMMARY,
  CREATED,
  HOST,
  IMAGE,
  IMAGE_SUMMARY,
  NETWORK,
  VOLUME_LIST,
  WAITED,
} from './docker-json.js';
import { labelFilter, type EngineCall } from './send-request.js';
import { ask, tell } from './engine-client.js';
import { followEvents } from './events.js';
import {
  toContainerDetails,
  toEngineHost,
  toImageIds,
  toObservedContainer,
  toObservedImage,
  toObservedNetwork,
} from './from-docker.js';
import { attachTo, readLogs } from './output.js';
import type { DockerParts } from './docker-parts.js';
import { list, type Shape } from './shape.js';
import { withVariables } from './proxies.js';
import { MTU, toCreateBody, toNetworkBody, toVolumeBody, wholeSeconds } from './to-docker.js';

/** `Engine` over the Docker Engine API: each method is translated, asked, and translated back. */
export class DockerEngine implements Engine {
  readonly address: string;
  readonly #parts: DockerParts;
  /** Of the engine's own network, since the last look at all networks: those that are made get the same. */
  #mtu: string | null = null;
  readonly #classicBuilds = createLimiter(1);
  #secret: { readonly id: string | null } | null = null;

  constructor(parts: DockerParts) {
    this.address = parts.client.address;
    this.#parts = parts;
  }

  engineInfo({ signal }: CallOptions): Promise<EngineInfo> {
    return this.#parts.client.engineInfo(signal);
  }

  async secret({ signal }: CallOptions): Promise<string | null> {
    this.#secret ??= await this.#findSecret(signal);
    return this.#secret.id;
  }

  async #findSecret(signal: AbortSignal): Promise<{ readonly id: string | null }> {
    try {
      const { Id } = await this.#ask(get('/networks/none'), NETWORK, doing('identify it', 'not-found'), signal);
      return { id: Id };
    } catch (error) {
      if (hasCode(error, 'not-found')) return { id: null };
      throw error;
    }
  }

  async listContainers({ project, signal }: CallOptions & { readonly project: string | null }) {
    const filters = project === null ? undefined : labelFilter(project);
    const call = get('/containers/json', { all: 1, filters });
    const found = await this.#ask(call, list(CONTAINER_SUMMARY), doing('list containers'), signal);
    return found.map(toObservedContainer) satisfies ObservedContainer[];
  }

  async inspectContainer(container: ContainerTarget, { signal }: CallOptions): Promise<ContainerDetails> {
    const call = get(`/containers/${encodeURIComponent(idOf(container))}/json`);
    return toContainerDetails(await this.#ask(call, CONTAINER, doing(`inspect ${nameOf(container)}`), signal));
  }

  async listNetworks({ signal }: CallOptions): Promise<readonly ObservedNetwork[]> {
    const found = await this.#ask(get('/networks'), list(NETWORK), doing('list networks'), signal);
    this.#mtu = found.find(({ Name }) => Name === 'bridge')?.Options?.[MTU] ?? null;
    return found.map(toObservedNetwork);
  }

  async listVolumes({
    project,
    signal,
  }: CallOptions & { readonly project: string }): Promise<readonly ObservedVolume[]> {
    const call = get('/volumes', { filters: labelFilter(project) });
    const { Volumes } = await this.#ask(call, VOLUME_LIST, doing('list volumes'), signal);
    return (Volumes ?? []).map(({ Name, Labels }) => ({ name: Name, labels: Labels ?? {} }));
  }

  async inspectImage(ref: string, { signal }: CallOptions): Promise<ObservedImage> {
    const call = get(`/images/${encodeURIComponent(ref)}/json`);
    return toObservedImage(await this.#ask(call, IMAGE, doing(`inspect ${ref}`, 'image-not-found'), signal));
  }

  async findImages(refs: readonly string[], { signal }: CallOptions): Promise<ReadonlyMap<string, string>> {
    const call = get('/images/json', { filters: JSON.stringify({ reference: refs }) });
    return toImageIds(refs, await this.#ask(call, list(IMAGE_SUMMARY), doing('list images'), signal));
  }

  async inspectHost({ signal }: CallOptions): Promise<EngineHost> {
    return toEngineHost(await this.#ask(get('/info'), HOST, doing('ask the engine about its host'), signal));
  }

  async createNetwork(network: NetworkSpec, { signal }: CallOptions): Promise<void> {
    const call = post('/networks/create', {}, toNetworkBody(network, this.#mtu));
    await this.#tell(call, doing(`create network ${network.name}`, 'not-found'), signal);
  }

  async removeNetwork(network: NetworkTarget, { signal }: CallOptions): Promise<void> {
    const what = doing(`remove network ${nameOfNetwork(network)}`, 'not-found');
    await this.#tell(remove(networkPath(network)), what, signal);
  }

  async connectNetwork(
    network: NetworkTarget,
    container: ContainerTarget,
    { aliases, address }: Endpoint,
    { signal }: CallOptions,
  ): Promise<void> {
    const ipam = address === null ? undefined : { IPv4Address: address };
    const body = { Container: idOf(container), EndpointConfig: { Aliases: aliases, IPAMConfig: ipam } };
    const what = doing(`connect ${nameOf(container)} to ${nameOfNetwork(network)}`, 'not-found');
    await this.#tell(post(`${networkPath(network)}/connect`, {}, body), what, signal);
  }

  async disconnectNetwork(network: NetworkTarget, container: ContainerTarget, { signal }: CallOptions): Promise<void> {
    const body = { Container: idOf(container), Force: true };
    const what = doing(`disconnect ${nameOf(container)} from ${nameOfNetwork(network)}`, 'not-found');
    await this.#tell(post(`${networkPath(network)}/disconnect`, {}, body), what, signal);
  }

  async createVolume(volume: VolumeSpec, { signal }: CallOptions): Promise<void> {
    const call = post('/volumes/create', {}, toVolumeBody(volume));
    await this.#tell(call, doing(`create volume ${volume.name}`, 'not-found'), signal);
  }

  async removeVolume(name: string, { signal }: CallOptions): Promise<void> {
    await this.#tell(
      remove(`/volumes/${encodeURIComponent(name)}`),
      doing(`remove volume ${name}`, 'not-found'),
      signal,
    );
  }

  async createContainer(spec: ContainerSpec, { signal }: CallOptions): Promise<string> {
    const { apiVersion } = await this.engineInfo({ signal });
    const environment = withVariables(spec.environment, this.#parts.proxies);
    const body = toCreateBody({ ...spec, environment }, apiVersion);
    const call = post('/containers/create', { name: spec.name }, body);
    const { Id } = await this.#ask(call, CREATED, doing(`create ${spec.name}`, 'image-not-found'), signal);
    return Id;
  }

  async startContainer(container: ContainerTarget, { signal }: CallOptions): Promise<void> {
    await this.#act(container, 'start', {}, signal);
  }

  async stopContainer(container: ContainerTarget, grace: Milliseconds | null, { signal }: CallOptions): Promise<void> {
    await this.#act(container, 'stop', { t: grace === null ? null : wholeSeconds(grace) }, signal);
  }

  async killContainer(container: ContainerTarget, killSignal: string, { signal }: CallOptions): Promise<void> {
    await this.#act(container, 'kill', { signal: killSignal }, signal);
  }

  async unpauseContainer(container: ContainerTarget, { signal }: CallOptions): Promise<void> {
    await this.#act(container, 'unpause', {}, signal);
  }

  async restartContainer(
    container: ContainerTarget,
    grace: Milliseconds | null,
    { signal }: CallOptions,
  ): Promise<void> {
    await this.#act(container, 'restart', { t: grace === null ? null : wholeSeconds(grace) }, signal);
  }

  async renameContainer(container: ContainerTarget, to: string, { signal }: CallOptions): Promise<void> {
    await this.#act(container, 'rename', { name: to }, signal);
  }

  async removeContainer(container: ContainerTarget, volumes: boolean, { signal }: CallOptions): Promise<void> {
    const call = remove(`/containers/${encodeURIComponent(idOf(container))}`, { force: 1, v: volumes });
    await this.#tell(call, doing(`remove ${nameOf(container)}`), signal);
  }

  async waitContainer(container: ContainerTarget, { nextExit, signal }: CallOptions & { readonly nextExit: boolean }) {
    const condition = nextExit ? 'next-exit' : 'not-running';
    const call = post(`/containers/${encodeURIComponent(idOf(container))}/wait`, { condition });
    const { StatusCode } = await this.#ask(call, WAITED, doing(`wait for ${nameOf(container)}`), signal);
    return StatusCode;
  }

  async attach(container: ContainerTarget, options: CallOptions & AttachOptions): Promise<Attachment> {
    return await attachTo(this.#parts.client, container, options, options.signal);
  }

  logs(container: ContainerTarget, options: CallOptions & LogOptions): AsyncIterable<OutputChunk> {
    return readLogs(this.#parts.client, container, options, options.signal);
  }

  async resizeTerminal(
    container: ContainerTarget,
    { columns, rows }: { readonly columns: number; readonly rows: number },
    { signal }: CallOptions,
  ): Promise<void> {
    await this.#act(container, 'resize', { h: rows, w: columns }, signal);
  }

  async events({ project, signal }: CallOptions & { readonly project: string }): Promise<AsyncIterable<EngineEvent>> {
    return await followEvents(this.#parts.client, project, this.#engineTime(), signal);
  }

  /** Imported here, because what gets credentials is slow to load and most commands pull and build nothing. */
  async *pullImage(ref: string, { signal }: CallOptions): AsyncGenerator<Progress, void> {
    const { pullImage } = await import('./pull.js');
    yield* pullImage(this.#parts, ref, signal);
  }

  async *buildImage(build: BuildSpec, { signal }: CallOptions): AsyncGenerator<BuildOutput, void> {
    const { buildImage } = await import('./build.js');
    yield* buildImage(this.#parts, build, signal, this.#classicBuilds);
  }

  async removeImage(ref: string, { signal }: CallOptions): Promise<void> {
    await this.#tell(
      remove(`/images/${encodeURIComponent(ref)}`),
      doing(`remove image ${ref}`, 'image-not-found'),
      signal,
    );
  }

  /**
   * The engine's clock, where it is surely ours: on this machine. Null where it may differ. The next millisecond, because
   * within this one something may have happened before the call.
   */
  #engineTime(): string | null {
    const local = this.address.startsWith('unix://');
    return local ? ((Date.now() + 1) / 1000).toFixed(3) : null;
  }

  async #act(container: ContainerTarget, verb: string, query: NonNullable<EngineCall['query']>, signal: AbortSignal) {
    const call = post(`/containers/${encodeURIComponent(idOf(container))}/${verb}`, query);
    await this.#tell(call, doing(`${verb} ${nameOf(container)}`), signal);
  }

  #ask<T>(call: EngineCall, shape: Shape<T>, what: Doing, signal: AbortSignal): Promise<T> {
    return ask(this.#parts.client, call, { doing: what, signal, shape });
  }

  #tell(call: EngineCall, what: Doing, signal: AbortSignal): Promise<void> {
    return tell(this.#parts.client, call, { doing: what, signal });
  }
}
