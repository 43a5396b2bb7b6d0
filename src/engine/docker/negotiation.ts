import type { IncomingHttpHeaders } from 'node:http';
import { TsfigError } from '../../model/errors.js';
import type { EngineInfo } from '../engine.js';
import { isAtLeast } from './to-docker.js';

/** The newest Engine API this was written against (Engine 28.5). */
const NEWEST_API = { major: 1, minor: 51 };
/** Engine 19.03: the oldest whose lists and waits behave as the translators expect. */
const OLDEST_API = { major: 1, minor: 40 };

/** Docker and Podman put it on every answer, refusals and paths without a version included (20.10, 28.5; Podman 4). */
export const announcesVersion = (headers: IncomingHttpHeaders): boolean => headers['api-version'] !== undefined;

/**
 * What the headers of any answer tell (Engine API v1.40 and later; Podman says so in a header of its own). Throws
 * `engine-too-old`.
 */
export function toEngineInfo(headers: IncomingHttpHeaders, address: string): EngineInfo {
  const podman = headers['libpod-api-version'] !== undefined;
  const engineVersion = single(headers['api-version']) ?? '';
  if (!isAtLeast(engineVersion, OLDEST_API.major, OLDEST_API.minor)) {
    const oldest = `${OLDEST_API.major}.${OLDEST_API.minor}`;
    const message = `the engine at ${address} speaks API ${engineVersion || 'of an unknown version'}; tsfig needs ${oldest}`;
    throw new TsfigError('engine-too-old', message, { hint: 'use Docker Engine 20.10 or later' });
  }
  const newest = isAtLeast(engineVersion, NEWEST_API.major, NEWEST_API.minor);
  return {
    flavor: podman ? 'podman' : 'docker',
    apiVersion: newest ? `${NEWEST_API.major}.${NEWEST_API.minor}` : engineVersion,
  };
}

/** What the headers of a ping tell, and only those: which builder the engine prefers. */
export function toBuilder(headers: IncomingHttpHeaders): Builder {
  const podman = headers['libpod-api-version'] !== undefined;
  // 20.10 answers "1" or nothing, 23 and later "2". Podman builds by itself and speaks only the classic protocol.
  return !podman && single(headers['builder-version']) === '2' ? 'buildkit' : 'classic';
}

export type Builder = 'classic' | 'buildkit';

const single = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);
