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
]);

/** What a service of docker compose has and one of tsfig has not, and what does the same here. */
const OF_COMPOSE: ReadonlyMap<string, string | null> = new Map([
  ['deploy', 'limits are "mem_limit", "cpu_shares" and "ulimits"; "tsfig up --scale SERVICE=NUMBER" says how many run'],
  ['scale', '"tsfig up --scale SERVICE=NUMBER" says how many run'],
  ['cpus', '"cpu_shares" weighs services against each other, "cpuset" names the processors'],
  ['attach', 'remove it; "tsfig up -d" shows no output, "tsfig logs SERVICE" that of one service'],
  ['profiles', 'remove it; "tsfig up SERVICE" starts that service and what it needs'],
  ['configs', 'mount the file: write it into "volumes"'],
  ['secrets', 'mount the file: write it into "volumes"'],
  ['pull_policy', 'remove it; "tsfig pull" fetches newer images'],
  ...[
    ...['annotations', 'blkio_config', 'cgroup', 'cpu_count', 'cpu_percent', 'cpu_period', 'cpu_quota'],
    ...['cpu_rt_period', 'cpu_rt_runtime', 'credential_spec', 'develop', 'device_cgroup_rules', 'dns_opt', 'gpus'],
    ...['group_add', 'isolation', 'label_file', 'mem_reservation', 'mem_swappiness', 'models', 'oom_kill_disable'],
    ...['oom_score_adj', 'pids_limit', 'platform', 'post_start', 'pre_stop', 'provider', 'runtime', 'shm_size'],
    ...['storage_opt', 'sysctls', 'use_api_socket', 'userns_mode', 'uts'],
  ].map((key) => [key, null] as const),
]);

export const isKeyOfCompose = (key: string): boolean => OF_COMPOSE.has(key);

/** What to write instead of a key of docker compose, or null where there is nothing. */
export const composeKeyHint = (key: string): string | null => OF_COMPOSE.get(key) ?? null;

const KEYS = [...FIELDS.keys()];

/** What to do about a key that a service does not have, or null when there is no guess. */
export function unknownKeyHint(key: string): string | null {
  const near = MEANT.get(key.toLowerCase()) ?? didYouMean(key, KEYS);
  return ADVICE.get(key) ?? (near === undefined ? null : `did you mean "${near}"?`);
}
