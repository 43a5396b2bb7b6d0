import type { LinkEnv } from '../../model/project.js';
import { readScalar, textLike } from '../scalars.js';
import type { Reader } from '../field-context.js';
import { quoted } from '../words.js';

/** What the texts of single keys look like. */

export const CONTAINER_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;
export const MAC_ADDRESS = /^[0-9a-fA-F]{2}(?:[:-][0-9a-fA-F]{2}){5}$/;
export const CPUS = /^\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*$/;
export const NO_SPACES = /^\S+$/;

export const workingDir = textLike(/^\//, 'an absolute path');
export const pid = textLike(/^(?:host|container:\S+)$/, 'a mode of "pid"', 'write host or container:NAME');
export const ipc = textLike(
  /^(?:host|private|shareable|none|container:\S+)$/,
  'a mode of "ipc"',
  'write host, private, shareable, none or container:NAME',
);

const SIGNALS =
  'HUP|INT|QUIT|ILL|TRAP|ABRT|IOT|BUS|FPE|KILL|USR1|SEGV|USR2|PIPE|ALRM|TERM|STKFLT|CHLD|CLD|CONT|STOP|TSTP|TTIN|TTOU|' +
  'URG|XCPU|XFSZ|VTALRM|PROF|WINCH|IO|POLL|PWR|SYS|RTMIN(?:\\+\\d{1,2})?|RTMAX(?:-\\d{1,2})?';
export const stopSignal = textLike(
  new RegExp(`^(?:(?:SIG)?(?:${SIGNALS})|[1-9]|[1-5]\\d|6[0-4])$`),
  'a signal',
  'write a name such as SIGQUIT, or its number',
);

const LINK_ENVS: readonly LinkEnv[] = ['none', 'ports', 'all'];

export const linkEnv: Reader<LinkEnv> = (value, reading) => {
  const text = readScalar(value, reading)?.text;
  if (text === undefined || text === '') return undefined;
  const found = LINK_ENVS.find((known) => known === text);
  if (found) return found;
  return reading.problems.error('bad-value', `${quoted(text)} is not none, ports or all`, value.at);
};
