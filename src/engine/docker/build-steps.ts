import { LineCutter } from '../../lib/lines.js';
import { TsfigError } from '../../model/errors.js';
import type { BuildOutput } from '../engine.js';
import { readTrace, type Trace, type Vertex, type VertexLog } from './buildkit-trace.js';
import { toProgress, type ProgressLine } from './progress.js';

/** The step at which a build stands or failed: `RUN make`, and the last lines it has written. */
export interface BuildStep {
  readonly name: string;
  readonly lastLines: readonly string[];
}

/** A builder's answer, line by line, as lines to read. */
export interface BuildReader {
  read(line: ProgressLine): readonly BuildOutput[];
  /** What is left when the answer has ended. */
  end(): readonly BuildOutput[];
  step(): BuildStep | undefined;
}

/** Longer lines are cut, so that memory stays bounded. */
const LONGEST_LINE = 64 * 1024;
const KEPT_LINES = 10;

const text = (line: string): BuildOutput => ({ kind: 'text', text: line.replace(/\r$/, '') });

/** What the classic builder says of itself between a step's lines (20.10). */
const OF_BUILDER = /^ ---> |Removing intermediate container [0-9a-f]+$/;
/** It makes what a step writes to its standard error red; colours are the renderers' business. */
const RED = new RegExp(`${String.fromCharCode(27)}\\[(?:91|0)m`, 'g');

/** Reads what the classic builder tells: text, in which `Step 2/3 : RUN make` begins a step. */
export function readClassicBuild(): BuildReader {
  const cutter = new LineCutter(LONGEST_LINE);
  let name: string | undefined;
  let lastLines: string[] = [];
  const note = (coloured: string): BuildOutput => {
    const line = coloured.replaceAll(RED, '');
    const step = /^Step \d+\/\d+ : (.*)$/.exec(line)?.[1];
    if (step !== undefined) [name, lastLines] = [step, []];
    else if (!OF_BUILDER.test(line)) lastLines = [...lastLines, line].slice(-KEPT_LINES);
    return text(line);
  };
  return {
    read: (line) => {
      const progress = toProgress(line);
      const lines = typeof line.stream === 'string' ? cutter.push(Buffer.from(line.stream)) : [];
      return [...lines.map(note), ...(progress ? [{ kind: 'progress', progress } as const] : [])];
    },
    end: () => {
      const rest = cutter.end();
      return rest === undefined ? [] : [note(rest)];
    },
    step: () => (name === undefined ? undefined : { name, lastLines }),
  };
}

interface KnownVertex {
  readonly number: number;
  readonly cutter: LineCutter;
  started: number | null;
  name: string;
  ended: boolean;
  lastLines: string[];
}

/**
 * Reads what BuildKit tells, as `docker build --progress plain` prints it: `#5 [2/3] RUN make` once, then the step's lines
 * with the seconds since it began, then `#5 CACHED`, `#5 DONE 0.4s` or `#5 ERROR: …`.
 */
export function readBuildKitBuild(): BuildReader {
  const known = new Map<string, KnownVertex>();
  let failed: KnownVertex | undefined;
  const begin = (vertex: Vertex): readonly BuildOutput[] => {
    if (known.has(vertex.digest) || (vertex.started === null && !vertex.cached)) return [];
    const { name, started } = vertex;
    const number = known.size + 1;
    const cutter = new LineCutter(LONGEST_LINE);
    known.set(vertex.digest, { number, cutter, started, name, ended: false, lastLines: [] });
    return [text(`#${number} ${name}`)];
  };
  const end = (vertex: Vertex): readonly BuildOutput[] => {
    const own = known.get(vertex.digest);
    if (!own || own.ended || (vertex.completed === null && vertex.error === '')) return [];
    own.ended = true;
    if (vertex.error !== '') failed ??= own;
    const rest = own.cutter.end();
    return [...(rest === undefined ? [] : [logLine(own, rest, vertex.completed ?? 0)]), text(endLine(own, vertex))];
  };
  const log = ({ vertex, at, bytes }: VertexLog): readonly BuildOutput[] => {
    const own = known.get(vertex);
    return own ? own.cutter.push(bytes).map((line) => logLine(own, line, at)) : [];
  };
  const readOne = ({ vertexes, progress, logs, warnings }: Trace): readonly BuildOutput[] => [
    ...vertexes.flatMap(begin),
    ...logs.flatMap(log),
    ...progress.map((one) => ({ kind: 'progress', progress: one }) as const),
    ...warnings.map((warning) => text(`WARNING: ${warning}`)),
    ...vertexes.flatMap(end),
  ];
  return {
    read: ({ id, aux }) => (id === 'moby.buildkit.trace' && typeof aux === 'string' ? readOne(traceOf(aux)) : []),
    end: () => [],
    // BuildKit tells a failure of the Dockerfile itself without a failed vertex.
    step: () => failed && { name: failed.name.replace(/^\[[^\]]*\] /, ''), lastLines: failed.lastLines },
  };
}

/** Throws `engine-refused` for what is no trace. */
function traceOf(aux: string): Trace {
  try {
    return readTrace(aux);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new TsfigError('engine-refused', `cannot read what BuildKit says: ${error.message}`, { cause: error });
  }
}

function logLine(vertex: KnownVertex, line: string, at: number): BuildOutput {
  vertex.lastLines = [...vertex.lastLines, line].slice(-KEPT_LINES);
  const since = Math.max(0, at - (vertex.started ?? at)).toFixed(3);
  return text(`#${vertex.number} ${since} ${line}`);
}

function endLine({ number, started }: KnownVertex, vertex: Vertex): string {
  if (vertex.error !== '') return `#${number} ERROR: ${vertex.error}`;
  if (vertex.cached) return `#${number} CACHED`;
  return `#${number} DONE ${((vertex.completed ?? 0) - (started ?? vertex.completed ?? 0)).toFixed(1)}s`;
}
