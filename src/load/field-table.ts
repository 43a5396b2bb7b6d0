import type { Draft, Reader, FieldContext } from './field-context.js';
import { readBoolean, readText, readTextList, readTextOrList, textLike, wholeNumber } from './scalars.js';
import { readDns, readExtraHosts } from './fields/addresses.js';
import { readBuild, readDockerfile } from './fields/build.js';
import { readCommand } from './fields/command.js';
import { readEnvFile, readEnvironment, readLabels, readTextMap } from './fields/environment.js';
import { readHealthCheck } from './fields/healthcheck.js';
import { readImage } from './fields/image.js';
import { readDevices, readRestart, readUlimits } from './fields/limits.js';
import { readLinks, readNet, readVolumesFrom } from './fields/links.js';
import { readMounts, readTmpfs } from './fields/mounts.js';
import { readExpose, readPorts } from './fields/ports.js';
import {
  CONTAINER_NAME,
  CPUS,
  ipc,
  linkEnv,
  MAC_ADDRESS,
  NO_SPACES,
  pid,
  stopSignal,
  workingDir,
} from './fields/texts.js';
import { readMemory, readSwap, readTime } from './fields/units.js';
import type { YamlNode } from './yaml-node.js';

/** One key of a service: how it is read, and what people are told about it. */
export interface Field {
  readonly key: string;
  /** What it is for, in a sentence without a full stop. */
  readonly doc: string;
  /** What may be written, as markdown. */
  readonly forms: string;
  /** A whole fig.yml that uses it. */
  readonly example: string;
  /** Reads the value into the draft. */
  readonly read: (value: YamlNode, reading: FieldContext, draft: Partial<Draft>) => void;
}

type About = readonly [doc: string, forms: string, example: string];

interface Section {
  readonly title: string;
  readonly fields: readonly Field[];
}

function row<K extends keyof Draft>(key: string, into: K, reader: Reader<Draft[K]>, about: About): Field {
  const [doc, forms, example] = about;
  const read = (value: YamlNode, reading: FieldContext, draft: Partial<Draft>): void => {
    const found = reader(value, reading);
    if (found !== undefined) draft[into] = found;
  };
  return { key, doc, forms, example, read };
}

/** A service that needs nothing else. */
const web = (lines: string): string => `web:\n  image: nginx\n${indented(lines)}`;
const withDb = (lines: string): string => `${web(lines)}db:\n  image: postgres\n`;
const indented = (lines: string): string => lines.replaceAll(/^/gm, '  ').concat('\n');

const DETACH: Field = {
  key: 'detach',
  doc: 'Accepted for old files; has no effect',
  forms: 'true or false',
  example: web('detach: true'),
  read: (value, reading) => {
    readBoolean(value, reading);
    reading.problems.warning('useless-key', '"detach" has no effect', value.at, 'remove it; "tsfig up -d" detaches');
  },
};

/** Every key of a service, in the order of the reference. */
export const SECTIONS: readonly Section[] = [
  {
    title: 'Where the image comes from',
    fields: [
      row('image', 'image', readImage, [
        'The image to run; pulled when it is missing',
        '`NAME[:TAG]`, `REGISTRY/NAME[:TAG]`, `NAME@sha256:DIGEST`',
        'web:\n  image: nginx:1.27\n',
      ]),
      row('build', 'build', readBuild, [
        'The directory to build the image from, instead of `image`; the result is named `PROJECT_SERVICE`',
        'a directory, a URL (`https://…`, `git://…`, `github.com/…`), or a mapping of `context`, `dockerfile`, `args`, `target`',
        'web:\n  build: .\njobs:\n  build:\n    context: .\n    dockerfile: jobs.Dockerfile\n    args:\n      VERSION: "1.10"\n    target: slim\n',
      ]),
      row('dockerfile', 'dockerfile', readDockerfile, [
        'Another name for the Dockerfile, beside `build`',
        'a path from the build directory on, which may lead out of it',
        'web:\n  build: .\n  dockerfile: docker/web.Dockerfile\n',
      ]),
    ],
  },
  {
    title: 'What runs',
    fields: [
      row('command', 'command', readCommand, [
        "What to run instead of the image's own command",
        'a line, split into words as a shell would (but no shell runs it), or a list of words',
        web('command: nginx -g "daemon off;"'),
      ]),
      row('entrypoint', 'entrypoint', readCommand, [
        "What to run instead of the image's own entrypoint; the image's command is then dropped",
        'as `command`',
        web('entrypoint: ["/bin/sh", "-c"]\ncommand: ["exec nginx -g \'daemon off;\'"]'),
      ]),
      row('environment', 'environment', readEnvironment, [
        "Variables of the container. Numbers stay as written; a name without a value takes it from tsfig's own environment, and is left out when it has none",
        'a mapping `NAME: value` or a list of `NAME=value`',
        web('environment:\n  MODE: production\n  VERSION: 1.10\n  HOME:'),
      ]),
      row('env_file', 'envFile', readEnvFile, [
        'Files of variables; later files win over earlier ones, and `environment` over all. Lines are `NAME=value`; quotes are kept, with a warning',
        'a path or a list of paths',
        web('env_file:\n  - common.env\n  - web.env'),
      ]),
      row('working_dir', 'workingDir', workingDir, [
        'The directory the command runs in',
        'an absolute path in the container',
        web('working_dir: /usr/share/nginx/html'),
      ]),
      row('user', 'user', readText, [
        'Who runs the command',
        '`USER[:GROUP]`, names or numbers',
        web('user: "1000:1000"'),
      ]),
      row('tty', 'tty', readBoolean, ['Gives the command a terminal', 'true or false', web('tty: true')]),
      row('stdin_open', 'stdinOpen', readBoolean, [
        'Keeps standard input open',
        'true or false',
        web('stdin_open: true'),
      ]),
      row('init', 'init', readBoolean, [
        'Runs a small init as process 1, which reaps zombies and passes signals on',
        'true or false',
        web('init: true'),
      ]),
      row('restart', 'restart', readRestart, [
        'What the engine does when the command ends',
        '`no`, `always`, `unless-stopped`, `on-failure[:TIMES]`',
        web('restart: on-failure:5'),
      ]),
      row('tsfig.once', 'once', readBoolean, [
        'A job rather than a service: `tsfig units` has it run over and over with `tsfig run --once SERVICE`',
        'true or false',
        web('command: upload-logs\ntsfig.once: true'),
      ]),
      row('healthcheck', 'healthcheck', readHealthCheck, [
        'How the engine checks that the service works; services that link to it wait until it is healthy',
        'a mapping of `test` (a line for a shell, or a list `["CMD", …]`), `interval`, `timeout`, `retries`, `start_period`, `start_interval`, `disable`',
        web(
          'healthcheck:\n  test: curl -f http://localhost/\n  interval: 10s\n  timeout: 2s\n  retries: 3\n  start_period: 5s',
        ),
      ]),
      row('stop_signal', 'stopSignal', stopSignal, [
        'The signal that asks the command to end',
        'a name or a number',
        web('stop_signal: SIGQUIT'),
      ]),
      row('stop_grace_period', 'stopGrace', readTime, [
        'How long the command has to end before it is killed',
        '`10s`, `1m30s`; a bare number counts seconds',
        web('stop_grace_period: 30s'),
      ]),
      row('container_name', 'containerName', textLike(CONTAINER_NAME, 'the name of a container'), [
        'A fixed name instead of `PROJECT_SERVICE_N`; such a service cannot be scaled',
        'letters, digits, `_`, `.`, `-`',
        web('container_name: frontdoor'),
      ]),
      row('labels', 'labels', readLabels, [
        'Labels of the container; those that begin with `com.docker.compose.` or `tsfig.` are written by tsfig',
        'a mapping `name: value` or a list of `name=value`',
        web('labels:\n  com.example.team: shop'),
      ]),
      DETACH,
    ],
  },
  {
    title: 'Other services and the network',
    fields: [
      row('links', 'links', readLinks, [
        'Services this one needs: started first, reachable by name, and listed in variables such as `DB_PORT_5432_TCP_ADDR`',
        'a list of `SERVICE[:ALIAS]`',
        withDb('links:\n  - db\n  - db:database'),
      ]),
      row('tsfig.link_env', 'linkEnv', linkEnv, [
        'Which variables a service gets from its `links`: `ports` leaves out the variables of the target, which may be secret',
        '`none`, `ports`, `all`',
        withDb('links: [db]\ntsfig.link_env: ports'),
      ]),
      row('external_links', 'externalLinks', readLinks, [
        'Links to containers outside of the project',
        'a list of `CONTAINER[:ALIAS]`',
        web('external_links:\n  - other_redis_1:redis'),
      ]),
      row('ports', 'ports', readPorts, [
        'Ports published on the host',
        'a list of `[[IP:]HOST:]CONTAINER[/udp]`; without `HOST`, or where it is a range and `CONTAINER` is not, the engine picks one; both may be ranges; IPv6 in brackets; `%i` in `HOST` becomes the number of the container, so that each has its own',
        web(
          'ports:\n  - "8080:80"\n  - "127.0.0.1:8443:443"\n  - "3000-3002:3000-3002"\n  - "5353:53/udp"\n  - "909%i:9090"',
        ),
      ]),
      row('expose', 'expose', readExpose, [
        'Ports that services linking here get in variables; not published',
        'a list of `PORT[/udp]` or ranges',
        web('expose: ["3000", "8000-8002"]'),
      ]),
      row('net', 'net', readNet, [
        'Another network than that of the project',
        '`bridge`, `host`, `none`, `container:SERVICE`, `container:CONTAINER`',
        withDb('net: container:db'),
      ]),
      row('dns', 'dns', readDns, ['Name servers', 'an address or a list', web('dns: [8.8.8.8, 9.9.9.9]')]),
      row('dns_search', 'dnsSearch', readTextOrList, [
        'Domains that names are looked for in',
        'a domain or a list',
        web('dns_search: example.com'),
      ]),
      row('extra_hosts', 'extraHosts', readExtraHosts, [
        'Further lines of `/etc/hosts`',
        'a list of `HOST:IP` or a mapping; `host-gateway` stands for the host',
        web('extra_hosts:\n  - "legacy:10.0.0.7"\n  - "host:host-gateway"'),
      ]),
      row('hostname', 'hostname', textLike(NO_SPACES, 'a host name'), [
        'The host name inside of the container; `name.domain.tld` is split at the first dot unless `domainname` is given',
        'text',
        web('hostname: www.example.com'),
      ]),
      row('domainname', 'domainname', textLike(NO_SPACES, 'a domain name'), [
        'The domain name inside of the container',
        'text',
        web('hostname: www\ndomainname: example.com'),
      ]),
      row('mac_address', 'macAddress', textLike(MAC_ADDRESS, 'a MAC address', 'write "02:42:ac:11:65:43"'), [
        'The hardware address',
        'six pairs of digits',
        web('mac_address: 02:42:ac:11:65:43'),
      ]),
    ],
  },
  {
    title: 'Files',
    fields: [
      row('volumes', 'mounts', readMounts, [
        'Directories that live longer than a container. What has no `/` is a named volume of the project; paths are relative to the fig.yml',
        'a list of `/IN/CONTAINER`, `HOST:/IN/CONTAINER[:MODE]`, `NAME:/IN/CONTAINER[:MODE]`; modes are `ro`, `rw`, `z`, `Z` and the like, joined by commas',
        web('volumes:\n  - /var/cache/nginx\n  - ./html:/usr/share/nginx/html:ro\n  - logs:/var/log/nginx'),
      ]),
      row('volumes_from', 'volumesFrom', readVolumesFrom, [
        'Services or containers whose volumes are also mounted here',
        'a list of `NAME[:ro]`; a service wins over a container of that name',
        withDb('volumes_from: ["db:ro"]'),
      ]),
      row('volume_driver', 'volumeDriver', readText, [
        'What makes the named volumes',
        'the name of a driver',
        web('volume_driver: local\nvolumes: ["logs:/var/log/nginx"]'),
      ]),
      row('tmpfs', 'tmpfs', readTmpfs, [
        'Directories kept in memory',
        '`PATH[:OPTIONS]` or a list',
        web('tmpfs:\n  - /run\n  - /tmp:size=64m,mode=1777'),
      ]),
      row('read_only', 'readOnly', readBoolean, [
        "Makes the container's own file system read-only",
        'true or false',
        web('read_only: true'),
      ]),
      row('devices', 'devices', readDevices, [
        'Devices of the host',
        'a list of `HOST[:CONTAINER[:PERMISSIONS]]`; the permissions are `rwm`',
        web('devices: ["/dev/null:/dev/nothing:r"]'),
      ]),
    ],
  },
  {
    title: 'Limits and rights',
    fields: [
      row('mem_limit', 'memLimit', readMemory, [
        'The most memory',
        'bytes, or a number with `b`, `k`, `m`, `g`',
        web('mem_limit: 512m'),
      ]),
      row('memswap_limit', 'memswapLimit', readSwap, [
        'The most memory and swap together; needs `mem_limit`',
        'as `mem_limit`; -1 for no limit',
        web('mem_limit: 512m\nmemswap_limit: 1g'),
      ]),
      row('cpu_shares', 'cpuShares', wholeNumber(0), [
        'The weight against other containers, 1024 being the usual',
        'a whole number',
        web('cpu_shares: 512'),
      ]),
      row('cpuset', 'cpuset', textLike(CPUS, 'a list of processors', 'write "0,1" or "0-3"'), [
        'The processors to run on',
        '`0,1`, `0-3`',
        web('cpuset: "0"'),
      ]),
      row('ulimits', 'ulimits', readUlimits, [
        'Limits of the processes',
        'a mapping of names to a number, or to `soft` and `hard`',
        web('ulimits:\n  nproc: 512\n  nofile:\n    soft: 1024\n    hard: 2048'),
      ]),
      row('cgroup_parent', 'cgroupParent', readText, ['The parent control group', 'text', web('cgroup_parent: /shop')]),
      row('privileged', 'privileged', readBoolean, [
        'Runs the container privileged',
        'true or false',
        web('privileged: true'),
      ]),
      row('cap_add', 'capAdd', readTextList, ['Capabilities to add', 'a list', web('cap_add: [NET_ADMIN]')]),
      row('cap_drop', 'capDrop', readTextList, ['Capabilities to drop', 'a list', web('cap_drop: [MKNOD]')]),
      row('security_opt', 'securityOpt', readTextList, [
        'Options of the security modules',
        'a list',
        web('security_opt: ["no-new-privileges:true"]'),
      ]),
      row('pid', 'pid', pid, ['The PID namespace to use', '`host`, `container:CONTAINER`', web('pid: host')]),
      row('ipc', 'ipc', ipc, [
        'The IPC namespace to use',
        '`host`, `private`, `shareable`, `none`, `container:CONTAINER`',
        web('ipc: host'),
      ]),
    ],
  },
  {
    title: 'Logs',
    fields: [
      row('log_driver', 'logDriver', readText, [
        'Where the engine sends the output',
        'the name of a driver; `json-file` unless the engine is set up otherwise',
        web('log_driver: json-file'),
      ]),
      row('log_opt', 'logOpt', readTextMap, [
        'Options of that driver',
        'a mapping',
        web('log_driver: json-file\nlog_opt:\n  max-size: 10m\n  max-file: 3'),
      ]),
    ],
  },
];

export const FIELDS: ReadonlyMap<string, Field> = new Map(
  SECTIONS.flatMap(({ fields }) => fields.map((field) => [field.key, field] as const)),
);
