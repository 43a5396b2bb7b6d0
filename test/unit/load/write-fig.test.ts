import { expect, it } from 'vitest';
import { toYaml } from '../../../src/load/document.js';
import { FIELDS } from '../../../src/load/field-table.js';
import { projectToFig } from '../../../src/load/write-fig.js';
import type { Project } from '../../../src/model/project.js';
import { project } from './read.js';

const EVERYTHING = `
web:
  build: { context: ., dockerfile: other/Dockerfile, args: { A: "1" }, target: last }
  command: ["sh", "-c", "echo $$HOME"]
  entrypoint: []
  environment: { A: "x=$$y", B: "", C: "ü\\nz" }
  links: [db, "db:database"]
  external_links: ["other:o"]
  ports: ["80", "8080:81", "127.0.0.1:82:82/udp", "127.0.0.1::83", "[::1]:84:84", "127.0.0.1:90%i:85", "3000-3005:86"]
  expose: ["9000", "9001/udp"]
  volumes: ["/a", "./b:/b:ro", "named:/c"]
  volumes_from: ["db:ro", "someone"]
  tmpfs: ["/run", "/tmp:size=1m"]
  dns: 8.8.8.8
  extra_hosts: ["a:1.2.3.4"]
  hostname: h.example.com
  mem_limit: 64m
  memswap_limit: 128m
  ulimits: { nofile: { soft: 10, hard: 20 }, nproc: 5 }
  devices: ["/dev/null"]
  restart: on-failure:3
  stop_grace_period: 1m30s
  stop_signal: SIGUSR1
  init: true
  labels: { a.b: c }
  log_opt: { max-size: 1m }
  log_driver: json-file
  privileged: yes
  healthcheck: { test: "exit 0", interval: 1500ms, retries: 2 }
  tsfig.link_env: ports
  tsfig.once: true
db:
  image: busybox
  net: bridge
side: { image: busybox, net: "container:db", pid: host, command: [] }
off: { image: busybox, healthcheck: { disable: true }, restart: always }
`;

/** What the file decides, without where it stands in it. */
const plain = ({ services }: Project): unknown =>
  JSON.parse(JSON.stringify([...services], (key, value: unknown) => (key === 'at' ? undefined : value)));

it('writes a file that reads as the same project', () => {
  const text = EVERYTHING.replace('net: bridge', 'hostname: db');
  const before = project(text);
  const written = toYaml(projectToFig(before, [...before.services.keys()]));
  expect(plain(project(written))).toEqual(plain(before));
});

it('can write every key that can be read', () => {
  const before = project(EVERYTHING.replace('net: bridge', 'hostname: db'));
  const keys = new Set(
    Object.values(projectToFig(before, ['web', 'db', 'side', 'off'])).flatMap((each) => Object.keys(each)),
  );
  const unsaid = [...FIELDS.keys()].filter((key) => !keys.has(key));
  // Keys that this file does not use, and those that end up in others (env_file in environment, dockerfile in build).
  expect(unsaid.toSorted()).toMatchInlineSnapshot(`
    [
      "cap_add",
      "cap_drop",
      "cgroup_parent",
      "container_name",
      "cpu_shares",
      "cpuset",
      "detach",
      "dns_search",
      "dockerfile",
      "env_file",
      "ipc",
      "mac_address",
      "read_only",
      "security_opt",
      "stdin_open",
      "tty",
      "user",
      "volume_driver",
      "working_dir",
    ]
  `);
});

it('quotes what readers of YAML 1.1 take for booleans, numbers and times', () => {
  const text = 'web:\n  image: x\n  environment: {A: "yes", B: "1:30", C: "22:22", y: "off", D: plain}\n';
  const before = project(text);
  const written = toYaml(projectToFig(before, ['web']));
  expect(written).toContain('A: "yes"\n    B: "1:30"\n    C: "22:22"\n    "y": "off"\n    D: plain\n');
  expect(plain(project(written))).toEqual(plain(before));
});
