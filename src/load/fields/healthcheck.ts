import type { HealthCheck } from '../../model/project.js';
import { readBoolean, readTextList, wholeNumber } from '../scalars.js';
import type { Reader } from '../field-context.js';
import { quoted } from '../words.js';
import { readCheckTime } from './units.js';
import { readParts } from './parts.js';

const TEST_HINT = 'write a line, or a list such as ["CMD", "curl", "-f", "http://localhost/"]';

/** Reads `healthcheck:` in docker-compose's form. */
export const readHealthCheck: Reader<HealthCheck> = (value, reading) => {
  if (value.kind !== 'map') {
    const hint = 'write "healthcheck: {test: …, interval: 10s}"';
    return reading.problems.error('bad-value', '"healthcheck" must be a mapping', value.at, hint);
  }
  const parts = readParts(value, reading, {
    test: readTest,
    interval: readCheckTime,
    timeout: readCheckTime,
    retries: wholeNumber(0),
    start_period: readCheckTime,
    start_interval: readCheckTime,
    disable: readBoolean,
  });
  return {
    test: parts.disable === true ? ['NONE'] : (parts.test ?? null),
    interval: parts.interval ?? null,
    timeout: parts.timeout ?? null,
    startPeriod: parts.start_period ?? null,
    startInterval: parts.start_interval ?? null,
    retries: parts.retries ?? null,
  };
};

const readTest: Reader<readonly string[]> = (value, reading) => {
  if (value.kind === 'scalar') return value.text === '' ? undefined : ['CMD-SHELL', value.text];
  const words = readTextList(value, reading);
  if (!words) return undefined;
  const [kind = ''] = words;
  const isRight =
    kind === 'NONE' || (kind === 'CMD' && words.length > 1) || (kind === 'CMD-SHELL' && words.length === 2);
  if (isRight) return kind === 'NONE' ? ['NONE'] : words;
  const message = kind.startsWith('CMD')
    ? `"test" has the wrong number of words after ${kind}`
    : `"test" cannot begin with ${quoted(kind)}`;
  return reading.problems.error('bad-value', message, value.at, TEST_HINT);
};
