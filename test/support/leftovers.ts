import type { GetEventsOptions } from 'dockerode';
import type { Scenario } from './cli.js';

const ANONYMOUS = /^[0-9a-f]{64}$/;

interface Abortable {
  readonly abortSignal: AbortSignal;
}

/** How much of a project there is on the engine. */
export interface Amount {
  readonly containers: number;
  readonly networks: number;
  readonly namedVolumes: number;
  readonly anonymousVolumes: number;
}

/**
 * Counts what a project has on the engine. Anonymous volumes carry no label, so every container of the project that is
 * created from now on is looked at for those it mounts. To be closed.
 */
export class Leftovers {
  readonly #scenario: Scenario;
  readonly #over = new AbortController();
  readonly #mounted = new Set<string>();
  readonly #looks: Promise<void>[] = [];

  private constructor(scenario: Scenario) {
    this.#scenario = scenario;
  }

  static async watch(scenario: Scenario): Promise<Leftovers> {
    const leftovers = new Leftovers(scenario);
    await leftovers.#listen();
    return leftovers;
  }

  async #listen(): Promise<void> {
    const { docker, project } = this.#scenario;
    const label = [`com.docker.compose.project=${project}`];
    const filters = JSON.stringify({ type: ['container'], event: ['create'], label });
    // The types leave the signal out.
    const options: GetEventsOptions & Abortable = { filters, abortSignal: this.#over.signal };
    const events = await docker.getEvents(options);
    events.on('data', (bytes: Buffer) => {
      for (const [, id = ''] of bytes.toString().matchAll(/"status":"create","id":"([0-9a-f]{64})"/g)) {
        this.#looks.push(this.#look(id));
      }
    });
    events.on('error', () => undefined); // it is aborted at the end
  }

  async count(): Promise<Amount> {
    const { docker, project } = this.#scenario;
    const filters = { label: [`com.docker.compose.project=${project}`] };
    const [containers, networks, named] = await Promise.all([
      this.#scenario.containers(),
      docker.listNetworks({ filters }),
      docker.listVolumes({ filters }),
    ]);
    return {
      containers: containers.length,
      networks: networks.length,
      namedVolumes: named.Volumes.length,
      anonymousVolumes: (await this.#anonymous()).length,
    };
  }

  /** Removes the anonymous volumes that are left when the containers are gone. */
  async clean(): Promise<void> {
    this.#over.abort();
    for (const name of await this.#anonymous()) await this.#scenario.docker.getVolume(name).remove();
  }

  async #anonymous(): Promise<string[]> {
    await Promise.all(this.#looks);
    const { Volumes } = await this.#scenario.docker.listVolumes();
    return Volumes.map(({ Name }) => Name).filter((name) => this.#mounted.has(name));
  }

  async #look(id: string): Promise<void> {
    const details = await this.#scenario.docker
      .getContainer(id)
      .inspect()
      .catch(() => null); // gone again already
    for (const { Name } of details?.Mounts ?? []) if (Name && ANONYMOUS.test(Name)) this.#mounted.add(Name);
  }
}
