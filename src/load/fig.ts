import type { Span } from '../model/diagnostic.js';
import { FIELDS } from './field-table.js';
import type { Problems } from './problems.js';
import type { Draft, LoadContext } from './field-context.js';
import { composeKeyHint, isKeyOfCompose, unknownKeyHint } from './unknown-keys.js';
import { quoted } from './words.js';
import { UNREADABLE, type Entry, isNull, type YamlNode, type YamlMap } from './yaml-node.js';

/** One service as written: what its keys say, and where they stand. */
export interface DraftService {
  readonly name: string;
  /** Where its name stands. */
  readonly at: Span;
  /** Only the keys that say something. */
  readonly entries: ReadonlyMap<string, Entry>;
  readonly draft: Readonly<Partial<Draft>>;
}

const EXAMPLE = 'every top-level key is a service, such as: web: {image: nginx}';
const SERVICE_NAME = /^[a-zA-Z0-9._-]+$/;

/** Reads the fig.yml dialect: the top-level keys are services. Wrong ones are told and, where they can be, kept. */
export function readFig(written: YamlNode, setting: LoadContext, problems: Problems): readonly DraftService[] {
  if (written.kind !== 'map') {
    if (isNull(written)) problems.error('no-services', 'the file is empty', written.at, EXAMPLE);
    else problems.error('bad-file', `the file must be a mapping, not ${SHAPES[written.kind]}`, written.at, EXAMPLE);
    return [];
  }
  const composeAt = findCompose(written);
  if (composeAt) {
    const hint =
      'tsfig reads the flat fig.yml form: move the services to the top level, and remove "services" and "version"';
    problems.error('compose-file', 'this is a compose file', composeAt, hint);
    return [];
  }
  if (written.entries.size === 0 && !problems.hasErrors)
    problems.error('no-services', 'the file has no services', written.at, EXAMPLE);
  const services: DraftService[] = [];
  for (const entry of written.entries.values()) {
    if (problems.isFull) break;
    const service = readService(entry, setting, problems);
    if (service) services.push(service);
  }
  return services;
}

const SHAPES = { list: 'a list', map: 'a mapping', scalar: 'text' } as const;

/** Where the key `services` of a compose file stands: a mapping that holds mappings, and says nothing that a service says. */
function findCompose({ entries }: YamlMap): Span | undefined {
  const services = entries.get('services');
  if (services?.value.kind !== 'map') return undefined;
  const inner = services.value.entries;
  const isService = inner.has('image') || inner.has('build');
  return !isService && [...inner.values()].some(({ value }) => value.kind === 'map') ? services.at : undefined;
}

function readService(
  { key: name, at, value }: Entry,
  setting: LoadContext,
  problems: Problems,
): DraftService | undefined {
  if (!SERVICE_NAME.test(name)) {
    const hint = 'use letters, digits, ".", "_" and "-"';
    problems.error('bad-service-name', `${quoted(name)} is not the name of a service`, at, hint);
  }
  if (value === UNREADABLE) return undefined;
  if (value.kind !== 'map') {
    const found = isNull(value) ? 'empty' : SHAPES[value.kind];
    const message = `the service ${quoted(name)} must be a mapping, not ${found}`;
    return problems.error('bad-service', message, at, serviceHint(name, value));
  }
  const entries = new Map<string, Entry>();
  const draft: Partial<Draft> = {};
  for (const entry of value.entries.values()) {
    if (problems.isFull) break;
    const field = FIELDS.get(entry.key);
    if (!field) tellUnknownKey(entry, problems);
    else if (!isNull(entry.value)) {
      entries.set(entry.key, entry);
      if (entry.value !== UNREADABLE) field.read(entry.value, { key: entry.key, problems, setting }, draft);
    }
  }
  return { name, at, entries, draft };
}

function serviceHint(name: string, value: YamlNode): string {
  if (name === 'version') return 'fig.yml has no version: remove the line';
  const [, key, text] = (value.kind === 'scalar' && /^([a-z_]+):(\S+)$/.exec(value.text)) || [];
  if (key !== undefined && text !== undefined && FIELDS.has(key)) {
    return `a space is missing after the ":": write ${quoted(`${key}: ${text}`)}`;
  }
  return 'write keys below it, such as "image: nginx"';
}

function tellUnknownKey({ key, at }: Entry, problems: Problems): void {
  if (key === 'extends') {
    const hint = 'share keys with a YAML anchor: "<<: *name"';
    problems.error('not-supported', '"extends" is not supported yet', at, hint);
  } else if (isKeyOfCompose(key)) {
    problems.error('not-supported', `tsfig does not have docker compose's key ${quoted(key)}`, at, composeKeyHint(key));
  } else problems.error('unknown-key', `a service has no key ${quoted(key)}`, at, unknownKeyHint(key));
}
