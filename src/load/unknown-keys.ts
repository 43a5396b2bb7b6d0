import { didYouMean } from '../lib/did-you-mean.js';
import { FIELDS } from './field-table.js';

/** What people write who mean a key of ours; fig and docker-compose 1.x had most of these. */
const MEANT: ReadonlyMap<string, string> = new Map([
  ['link', 'links'],
  ['depends_on', 'links'],
  ['port', 'ports'],
  ['privilege', 'privileged'],
  ['priviliged', 'privileged'],
  ['privilige', 'privileged'],
  ['volume', 'volumes'],
  ['workdir', 'working_dir'],
  ['cpu_share', 'cpu_shares'],
  ['add_host', 'extra_hosts'],
  ['hosts', 'extra_hosts'],
  ['extra_host', 'extra_hosts'],
  ['device', 'devices'],
  ['memory_swap', 'memswap_limit'],
  ['memory', 'mem_limit'],
  ['env', 'environment'],
  ['network_mode', 'net'],
  ['cmd', 'command'],
  ['name', 'container_name'],
  ['capabilities', 'cap_add'],
]);

const ADVICE: ReadonlyMap<string, string> = new Map([
  ['depends_on', 'did you mean "links"? What is linked is started, and ready, first'],
  ['networks', 'all services share the network of the project; "net" names another mode'],
  ['logging', 'did you mean "log_driver" and "log_opt"?'],
  ['deploy', 'limits are "mem_limit", "cpu_shares" and "ulimits"; "tsfig scale" sets how many run'],
]);

const KEYS = [...FIELDS.keys()];

/** What to do about a key that a service does not have, or null when there is no guess. */
export function unknownKeyHint(key: string): string | null {
  const near = MEANT.get(key.toLowerCase()) ?? didYouMean(key, KEYS);
  return ADVICE.get(key) ?? (near === undefined ? null : `did you mean "${near}"?`);
}
