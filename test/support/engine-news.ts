import { createInterface } from 'node:readline';
import type Docker from 'dockerode';

/** What a project's containers do, as the engine tells it: `start shop_web_1`, `die shop_web_1 0`. To be closed. */
export class EngineNews {
  readonly heard: string[] = [];
  readonly #stream: Events;
  readonly #listeners = new Set<() => void>();

  private constructor(stream: Events) {
    this.#stream = stream;
    stream.on('error', () => undefined); // the engine may be killed; who waits is told by the test's own limit
    createInterface(stream)
      .on('line', (line) => this.#hear(line))
      .on('error', () => undefined);
  }

  static async of(docker: Docker, project: string): Promise<EngineNews> {
    const label = [`com.docker.compose.project=${project}`];
    const events = await docker.getEvents({ filters: { type: ['container'], label } });
    return new EngineNews(events as Events);
  }

  /** Resolves when this has happened so many times since the beginning. */
  saw(news: string, times = 1): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.heard.filter((one) => one === news).length < times) return;
        this.#listeners.delete(look);
        resolve();
      };
      this.#listeners.add(look);
      look();
    });
  }

  close(): void {
    this.#stream.destroy();
  }

  #hear(line: string): void {
    const { Action, Actor } = JSON.parse(line) as EventJson;
    const { name = '', exitCode } = Actor.Attributes;
    this.heard.push([Action, name, ...(Action === 'die' ? [exitCode] : [])].join(' '));
    this.#listeners.forEach((look) => look());
  }
}

type Events = NodeJS.ReadableStream & { readonly destroy: () => void };

interface EventJson {
  readonly Action: string;
  readonly Actor: { readonly Attributes: Readonly<Record<string, string | undefined>> };
}
