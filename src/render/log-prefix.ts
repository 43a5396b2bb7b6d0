import pc from 'picocolors'; // saves knowing escape sequences
import { painted, safe, sanitize, type SafeText } from '../lib/safe-text.js';
import { shortName } from '../model/names.js';
import { padTo, widthOf } from './width.js';

/** How the lines of one container look. */
export interface LogStyle {
  /** What stands before each line, such as `web_1  | `. */
  readonly prefix: SafeText;
  /** Gives a whole line the container's colour. */
  readonly paint: (text: string) => string;
}

type Colours = ReturnType<typeof pc.createColors>;
type ColourName = Exclude<keyof Colours, 'isColorSupported'>;

/** fig's order: six colours, then the same as intense ones. */
const CYCLE = ['cyan', 'yellow', 'green', 'magenta', 'red', 'blue'] as const satisfies readonly ColourName[];
const INTENSE = CYCLE.map((name) => `${name}Bright` as const);
const PALETTE: readonly ColourName[] = [...CYCLE, ...INTENSE];

const UNSTYLED: LogStyle = { prefix: safe``, paint: (text) => text };

/** The style of each name, in the order of the names: aligned to the longest, coloured by position. */
export function logPrefix(names: readonly string[], colour: boolean): readonly LogStyle[] {
  const colours = pc.createColors(colour);
  const width = names.reduce((longest, name) => Math.max(longest, widthOf(sanitize(name))), 0);
  return names.map((name, position) => {
    const paint = colours[PALETTE[position % PALETTE.length] ?? 'cyan'];
    return { prefix: painted(safe`${padTo(sanitize(name), width)}  | `, paint), paint };
  });
}

/** A log line as it is printed: as it came, but for the carriage return of a line that ended with CR LF. */
export const logLineText = (text: string): string => (text.endsWith('\r') ? text.slice(0, -1) : text);

interface LogNamesOptions {
  readonly colour: boolean;
  /** False: no prefix at all. */
  readonly prefix: boolean;
}

/** The containers whose lines are shown. One that was not announced joins with its first line, so widths may grow. */
export class LogNames {
  readonly #options: LogNamesOptions;
  #project = '';
  #containers: readonly string[] = [];
  #styles: ReadonlyMap<string, LogStyle> = new Map();

  constructor(options: LogNamesOptions) {
    this.#options = options;
  }

  /** Names of this project's containers are shown without the project. */
  useProject(project: string): void {
    if (project === this.#project) return;
    this.#project = project;
    this.#style();
  }

  add(containers: readonly string[]): void {
    const fresh = containers.filter((container) => !this.#styles.has(container));
    if (fresh.length === 0) return;
    this.#containers = [...this.#containers, ...new Set(fresh)];
    this.#style();
  }

  styleOf(container: string): LogStyle {
    const known = this.#styles.get(container);
    if (known) return known;
    this.add([container]);
    return this.#styles.get(container) ?? UNSTYLED;
  }

  #style(): void {
    const short = this.#containers.map((container) => this.#shortName(container));
    const styles = logPrefix(short, this.#options.colour);
    const { prefix } = this.#options;
    this.#styles = new Map(
      this.#containers.map((container, position) => {
        const style = styles[position] ?? UNSTYLED;
        return [container, prefix ? style : { ...style, prefix: UNSTYLED.prefix }];
      }),
    );
  }

  #shortName(container: string): string {
    return this.#project === '' ? container : shortName(this.#project, container);
  }
}
