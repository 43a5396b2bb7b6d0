import type { OnceRequest } from '../../src/actions/once.js';
import type { Terminal } from '../../src/actions/terminal.js';
import type { World } from '../../src/actions/world.js';
import type { Holder, Release } from '../../src/host/host.js';
import type { Milliseconds } from '../../src/lib/units.js';
import { TsfigError } from '../../src/model/errors.js';
import type { Control, RunEvent } from '../../src/model/event.js';
import { MemoryEngine } from './memory-engine.js';

/** A world without a machine: one file, an engine in memory, and a clock that stands still but for pauses. */
export class MemoryWorld implements World {
  readonly engine = new MemoryEngine();
  readonly environment = {};
  readonly directory = '/shop';
  readonly version = '0';
  file: string;
  /** A little after the beginning of the engine's own time, so that what has happened there is past. */
  now = Date.parse('2023-11-14T22:30:00Z');
  readonly pauses: Milliseconds[] = [];
  /** Told of each pause before it is over; may abort, or set the clock. */
  onPause: (length: Milliseconds) => void = () => undefined;
  /** Whoever takes a lock meets this process first, which then lets go. */
  holder: Holder | null = null;
  readonly #locks = new Set<object>();

  readonly host: World['host'] = {
    files: {
      readBytes: () => Promise.resolve(Buffer.from(this.file)),
      readText: () => ({ kind: 'missing' }),
      isFile: (path) => path === '/shop/fig.yml',
      kindOf: (path) => ({ kind: path === '/shop/fig.yml' ? 'file' : 'missing' }),
      isExecutable: () => false,
      writeText: () => undefined,
      removeFile: () => undefined,
      realPath: (path) => path,
      readInput: () => Promise.resolve(Buffer.from('')),
    },
    clock: { now: () => this.now, pause: (length, signal) => this.#pause(length, signal) },
    lock: {
      acquire: async (_lock, _signal, onBusy) => {
        if (this.holder) await onBusy(this.holder);
        return this.#lock();
      },
    },
    routes: { hostname: 'elsewhere', kernel: '6', taken: () => [] },
  };

  /** How many locks are held. */
  get locks(): number {
    return this.#locks.size;
  }

  constructor(file: string) {
    this.file = file;
    this.engine.host = { ...this.engine.host, pools: [{ base: '172.30.0.0/16', size: 24 }] };
  }

  connectEngine = (): Promise<MemoryEngine> => Promise.resolve(this.engine);

  findEngine = (): Promise<string> => Promise.resolve('memory');

  async #pause(length: Milliseconds, signal: AbortSignal): Promise<void> {
    this.pauses.push(length);
    this.onPause(length);
    await Promise.resolve();
    signal.throwIfAborted();
    this.now += length;
  }

  #lock(): Release {
    const lock = {};
    this.#locks.add(lock);
    return () => Promise.resolve(void this.#locks.delete(lock));
  }
}

/** What a command is told and tells. */
export interface MemoryControl {
  readonly control: Control;
  readonly events: RunEvent[];
  readonly stop: () => void;
  /** The second signal. */
  readonly kill: () => void;
}

const interrupted = (): TsfigError => new TsfigError('interrupted', 'stopped on request');

export function memoryControl(): MemoryControl {
  const events: RunEvent[] = [];
  const [stop, force] = [new AbortController(), new AbortController()];
  const emit = (event: RunEvent): void => void events.push(event);
  return {
    control: { signal: stop.signal, force: force.signal, emit },
    events,
    stop: () => stop.abort(interrupted()),
    kill: () => force.abort(interrupted()),
  };
}

const DEAF: Terminal = {
  // eslint-disable-next-line @typescript-eslint/require-await -- nobody types
  async *input() {
    yield new Uint8Array();
  },
  write: () => Promise.resolve(),
  onResize: () => ({ tell: () => undefined, stop: () => undefined }),
};

export const onceRequest = (different: Partial<OnceRequest> = {}): OnceRequest => ({
  file: null,
  projectName: 'shop',
  service: 'job',
  noDeps: false,
  build: 'missing',
  waitLimit: null,
  parallel: 4,
  name: null,
  busy: 'fail',
  backoff: true,
  limit: null,
  remove: false,
  terminal: DEAF,
  wish: {
    command: null,
    entrypoint: null,
    environment: {},
    labels: {},
    user: null,
    workingDir: null,
    servicePorts: false,
    ports: [],
    tty: false,
    stdin: false,
  },
  ...different,
});
