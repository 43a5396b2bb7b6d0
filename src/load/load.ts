import { bytesToText } from '../lib/units.js';
import { bad, type Checked, type Diagnostic, good, type Span } from '../model/diagnostic.js';
import type { FileReader } from '../model/files.js';
import { volumeName } from '../model/names.js';
import type { Dependency, Project, Service, ProjectVolume } from '../model/project.js';
import { check } from './check.js';
import { readDocument } from './document.js';
import { EnvFileReader } from './env-files.js';
import { readFig, type DraftService } from './fig.js';
import { expander } from './interpolate.js';
import { lookUpIn, type LookUp } from './look-up.js';
import { needsOf } from './needs.js';
import { Problems } from './problems.js';
import type { LoadContext } from './field-context.js';
import { toService } from './service.js';
import { SourceText } from './source-text.js';

export interface LoadRequest {
  readonly bytes: Uint8Array;
  /** As shown in diagnostics. */
  readonly file: string;
  /** Absolute path, or `-` for standard input. */
  readonly path: string;
  /** Absolute real path of the directory that relative paths are relative to. */
  readonly directory: string;
  readonly projectName: string;
  /** The shell's over those of `.env`: for `${VAR}` and for names without a value. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Null: build directories and env files need not be there, and env files are not read. */
  readonly files: FileReader | null;
}

export interface Loaded {
  readonly result: Checked<Project>;
  /** What could be read of the needs of each service, even when the file is wrong, so that cycles are told in the same run. */
  readonly needs: ReadonlyMap<string, readonly Dependency[]>;
  /** Names of the variables that the file and its env files ask the environment for, set or not. */
  readonly variables: readonly string[];
  /** The text of a line counted from 1, as `Diagnostic.source` has it; null when there is no such line. */
  readonly sourceLine: (line: number) => string | null;
  /** Paths of the host that are to be mounted and are not there on this machine, and where they are written. */
  readonly missingSources: ReadonlyMap<string, Span>;
}

/** 10,000 services with a dozen keys each fit; more takes the YAML parser longer than anybody wants to wait. */
const MOST_BYTES = 4_000_000;
/** Three times the ports of a host, and a hundred variables from env files for each of 10,000 services. */
const MOST = { ports: 200_000, variables: 1_000_000 } as const;

/**
 * Reads a fig.yml: text and values in, a project or every problem of the file out. Asks no engine and throws nothing
 * for what a user wrote. Cycles are not looked for; they can be seen from `needs`.
 */
export function loadProject(request: LoadRequest): Loaded {
  const source = toSource(request);
  if (!(source instanceof SourceText)) {
    return {
      result: bad([source]),
      needs: new Map(),
      variables: [],
      sourceLine: () => null,
      missingSources: new Map(),
    };
  }
  const sourceLine = (line: number): string | null => source.line(line);
  const problems = new Problems(sourceLine);
  const variables = new Set<string>();
  const find = lookUpIn(request.environment);
  const lookUp: LookUp = (name) => {
    variables.add(name);
    return find(name);
  };
  const missingSources = new Map<string, Span>();
  const services = readServices(source, { request, problems, lookUp, missingSources });
  const names = new Set(services.map(({ name }) => name));
  const needs = new Map(services.map((service) => [service.name, needsOf(service, names)] as const));
  const project = problems.hasErrors ? undefined : toProject(services, needs, request);
  const said = problems.inOrder(request.file);
  const result = project ? good(project, said) : bad(said);
  return { result, needs, variables: [...variables], sourceLine, missingSources };
}

interface Around {
  readonly request: LoadRequest;
  readonly problems: Problems;
  readonly lookUp: LookUp;
  readonly missingSources: Map<string, Span>;
}

function readServices(
  source: SourceText,
  { request, problems, lookUp, missingSources }: Around,
): readonly DraftService[] {
  const { directory, projectName, files } = request;
  const written = readDocument(source, problems, expander(lookUp, problems));
  if (!written) return [];
  const envFiles = new EnvFileReader(files, lookUp, problems);
  const budget = { ...MOST };
  const onMissingSource = (path: string, at: Span): void => void missingSources.set(path, at);
  const setting: LoadContext = { directory, projectName, lookUp, files, envFiles, budget, onMissingSource };
  const services = readFig(written, setting, problems);
  check(services, projectName, problems);
  return services;
}

type Needs = ReadonlyMap<string, readonly Dependency[]>;

function toProject(services: readonly DraftService[], needs: Needs, request: LoadRequest): Project {
  const names = new Set(needs.keys());
  const ready = new Map<string, Service>();
  for (const written of services) {
    const around = { project: request.projectName, names, needs: needs.get(written.name) ?? [] };
    const service = toService(written, around);
    if (service) ready.set(written.name, service);
  }
  const { projectName: name, path: file, directory } = request;
  return { name, file, directory, services: ready, volumes: volumesOf(name, ready.values()) };
}

/** Every volume that a service mounts by its name; the driver is that of the services that do (`check` has made sure of one). */
function volumesOf(project: string, services: Iterable<Service>): Map<string, ProjectVolume> {
  const volumes = new Map<string, ProjectVolume>();
  for (const { mounts, volumeDriver } of services) {
    for (const mount of mounts) {
      if (mount.kind !== 'volume') continue;
      const { volume: key } = mount;
      volumes.set(key, { key, name: volumeName(project, key), driver: volumeDriver });
    }
  }
  return volumes;
}

/** The text of the file, or why it is none. */
function toSource({ bytes, file }: LoadRequest): SourceText | Diagnostic {
  const unreadable = (code: string, message: string, hint: string | null): Diagnostic => {
    return { severity: 'error', code, message, at: { file, line: 1, column: 1 }, source: null, hint };
  };
  if (bytes.length > MOST_BYTES) {
    const message = `the file is too large: ${bytesToText(bytes.length)}`;
    return unreadable('file-too-large', message, `at most ${bytesToText(MOST_BYTES)} are read`);
  }
  if (bytes.includes(0)) {
    const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    const hint = isUtf16 ? 'it is UTF-16: save it as UTF-8' : null;
    return unreadable('not-text', 'this is not a text file', hint);
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
  const source = new SourceText(file, text);
  const wrong = firstWrongByte(bytes, text);
  if (wrong === undefined) return source;
  const at = source.spanAt(wrong);
  const hint = 'save the file as UTF-8';
  return { severity: 'error', code: 'not-text', message: 'this is not UTF-8', at, source: source.line(at.line), hint };
}

/** The index in `text` of the first character that stands for bytes which are not UTF-8. */
function firstWrongByte(bytes: Uint8Array, text: string): number | undefined {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return undefined;
  } catch {
    // TypeError is all that decode throws. A real U+FFFD further up would be pointed at instead; both need a look.
    return Math.max(0, text.indexOf('\uFFFD'));
  }
}
