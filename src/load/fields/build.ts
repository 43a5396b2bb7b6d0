import { basename, normalize } from 'node:path/posix';
import type { Span } from '../../model/diagnostic.js';
import type { PathKind } from '../../model/files.js';
import { readScalar, readText } from '../scalars.js';
import type { BuildDraft, Reader, FieldContext } from '../field-context.js';
import { quoted } from '../words.js';
import type { YamlNode, YamlMap } from '../yaml-node.js';
import { readBuildArgs } from './environment.js';
import { toHostPath } from './paths.js';
import { readParts } from './parts.js';

/** What the engine fetches by itself (`docker build URL`). */
const REMOTE = /^(?:https?:\/\/|git:\/\/|ssh:\/\/|git@|github\.com\/)/;

/** Reads `build:`: a directory or URL, or a mapping of context, dockerfile, args and target. */
export const readBuild: Reader<BuildDraft> = (value, reading) => {
  if (value.kind === 'map') return readBuildMap(value, reading);
  if (value.kind === 'list') {
    const hint = 'write "build: ." or a mapping with "context"';
    return reading.problems.error('bad-build', '"build" must be text or a mapping, not a list', value.at, hint);
  }
  const context = readContext(value, reading);
  return context && { ...context, dockerfile: null, args: {}, target: null };
};

function readBuildMap(map: YamlMap, reading: FieldContext): BuildDraft | undefined {
  const { context, dockerfile, args, target } = readParts(map, reading, {
    context: readContext,
    dockerfile: readDockerfile,
    args: readBuildArgs,
    target: readText,
  });
  if (!map.entries.has('context')) {
    return reading.problems.error('bad-build', '"build" has no "context"', map.at, 'write "context: ."');
  }
  return context && { ...context, dockerfile: dockerfile ?? null, args: args ?? {}, target: target ?? null };
}

function readContext(value: YamlNode, reading: FieldContext): { context: string; remote: boolean } | undefined {
  const text = readScalar(value, reading)?.text;
  if (text === undefined) return undefined;
  if (text === '') return reading.problems.error('bad-build', 'the build directory is empty', value.at, 'write "."');
  return REMOTE.test(text) ? { context: text, remote: true } : readDirectory(text, value.at, reading);
}

function readDirectory(
  text: string,
  at: Span,
  reading: FieldContext,
): { context: string; remote: boolean } | undefined {
  const context = toHostPath(text, at, reading);
  if (context === undefined) return undefined;
  const found = reading.setting.files?.kindOf(context);
  if (!found || found.kind === 'directory') return { context, remote: false };
  const [wrong, hint] = wrongDirectory(context, found);
  return reading.problems.error('missing-directory', `the build directory ${quoted(text)} ${wrong}`, at, hint);
}

function wrongDirectory(path: string, found: PathKind): readonly [wrong: string, hint: string] {
  if (found.kind === 'missing') return ['does not exist', `looked for ${path}`];
  if (found.kind === 'unreadable') return [`cannot be read: ${found.reason}`, `this is ${path}`];
  const name = basename(path);
  const isDockerfile = /dockerfile/i.test(name);
  const hint = isDockerfile ? `name the directory that it is in, and "dockerfile: ${name}"` : `this is ${path}`;
  return ['is a file, not a directory', hint];
}

/** Reads `dockerfile:`, a path from the build directory on, which may lead out of it. */
export const readDockerfile: Reader<string> = (value, reading) => {
  const text = readText(value, reading);
  return text === undefined ? undefined : normalize(text);
};
