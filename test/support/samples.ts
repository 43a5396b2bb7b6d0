import { bytes, ms, seconds } from '../../src/lib/units.js';
import type { BuildSpec, ContainerSpec } from '../../src/model/container-spec.js';
import type { Diagnostic } from '../../src/model/diagnostic.js';
import type { RunEvent } from '../../src/model/event.js';
import type { Outcome, Outcomes, Plan, Reason, Step, StepAction, StepKind } from '../../src/model/plan.js';
import { sealBuild, sealContainer } from '../../src/model/sealed.js';

/** One sample of everything that leaves the process. A kind that is added does not compile until it has one here. */

const SPEC: ContainerSpec = {
  name: 'shop_web_1',
  image: 'nginx:1.27',
  command: ['nginx', '-g', 'daemon off;'],
  entrypoint: null,
  environment: ['A=1', 'B='],
  labels: { 'com.docker.compose.project': 'shop' },
  ports: [{ hostIp: null, hostPort: 8080, containerPort: 80, protocol: 'tcp' }],
  expose: [{ port: 80, protocol: 'tcp' }],
  mounts: [
    { kind: 'bind', source: '/srv', target: '/srv', mode: 'ro' },
    { kind: 'volume', volume: 'shop_data', target: '/data', mode: '' },
    { kind: 'anonymous', target: '/cache', carried: null },
  ],
  volumesFrom: ['shop_db_1:ro'],
  volumeDriver: null,
  tmpfs: { '/run': '' },
  network: { kind: 'network', name: 'shop_default', address: '172.18.0.2', aliases: ['web'], links: ['shop_db_1:db'] },
  dns: ['8.8.8.8'],
  dnsSearch: [],
  extraHosts: ['legacy:10.0.0.7'],
  hostname: 'www',
  domainname: null,
  macAddress: null,
  workingDir: null,
  user: '1000',
  tty: false,
  stdinOpen: false,
  stdinOnce: false,
  attached: false,
  privileged: false,
  readOnly: false,
  init: true,
  capAdd: [],
  capDrop: ['ALL'],
  securityOpt: [],
  devices: [{ host: '/dev/null', container: '/dev/null', permissions: 'r' }],
  ulimits: [{ name: 'nofile', soft: 1, hard: 2 }],
  memLimit: bytes(512),
  memswapLimit: -1,
  cpuShares: 512,
  cpuset: null,
  cgroupParent: null,
  pid: null,
  ipc: null,
  logDriver: null,
  logOpt: {},
  restart: { name: 'on-failure', maxRetries: 5 },
  healthcheck: {
    test: ['CMD', 'true'],
    interval: seconds(1),
    timeout: null,
    startPeriod: null,
    startInterval: null,
    retries: 3,
  },
  stopSignal: null,
  stopGrace: seconds(10),
};

const BUILD: BuildSpec = {
  services: ['web'],
  context: '/src/shop',
  remote: false,
  dockerfile: 'Dockerfile',
  args: { VERSION: '1.10' },
  target: null,
  refs: ['shop_web'],
  noCache: false,
  pull: false,
  labels: {},
};

const container = {
  id: 'f'.repeat(64),
  name: SPEC.name,
  replica: { project: 'shop', service: 'web', number: 1, role: 'service', generation: 1 },
} as const;
const network = { id: 'a'.repeat(64), name: 'shop_default' };
const image = SPEC.image;

const ACTIONS: { readonly [K in StepKind]: StepAction & { readonly kind: K } } = {
  'pull-image': { kind: 'pull-image', image, service: 'web' },
  'build-image': { kind: 'build-image', build: sealBuild(BUILD) },
  'remove-image': { kind: 'remove-image', image },
  'create-network': {
    kind: 'create-network',
    network: { name: network.name, subnet: '172.18.0.0/16', gateway: null, dynamicRange: null, labels: {} },
  },
  'remove-network': { kind: 'remove-network', network },
  'connect-network': { kind: 'connect-network', network, container, aliases: ['redis'], address: null },
  'disconnect-network': { kind: 'disconnect-network', network, container },
  'create-volume': { kind: 'create-volume', volume: { name: 'shop_data', driver: null, labels: {} } },
  'remove-volume': { kind: 'remove-volume', volume: 'shop_data' },
  'create-container': { kind: 'create-container', spec: sealContainer(SPEC), replica: container.replica },
  'attach-container': { kind: 'attach-container', container, tty: false, fromNow: true },
  'start-container': { kind: 'start-container', container },
  'wait-ready': { kind: 'wait-ready', container, limit: seconds(60) },
  'stop-container': { kind: 'stop-container', container, grace: null },
  'kill-container': { kind: 'kill-container', container, signal: 'SIGHUP' },
  'restart-container': { kind: 'restart-container', container, grace: seconds(2) },
  'rename-container': { kind: 'rename-container', container, to: `${container.name}_replaced` },
  'remove-container': { kind: 'remove-container', container, volumes: false, replacedBy: null },
  'unpause-container': { kind: 'unpause-container', container },
};

const REASONS: { readonly [K in Reason['code']]: Reason & { readonly code: K } } = {
  missing: { code: 'missing' },
  'config-changed': { code: 'config-changed', fields: ['command'] },
  'image-changed': { code: 'image-changed' },
  'made-by-other-tool': { code: 'made-by-other-tool' },
  'dependency-recreated': { code: 'dependency-recreated', on: 'shop_db_1' },
  'network-recreated': { code: 'network-recreated' },
  'not-running': { code: 'not-running', state: 'exited' },
  'needed-by': { code: 'needed-by', by: 'web' },
  interrupted: { code: 'interrupted' },
  orphan: { code: 'orphan' },
  'above-scale': { code: 'above-scale' },
  'asked-for': { code: 'asked-for' },
  'next-run': { code: 'next-run' },
  'left-running': { code: 'left-running' },
};

const ENDS: { readonly [K in Outcome['kind']]: Outcome & { readonly kind: K } } = {
  done: { kind: 'done', took: ms(5) },
  failed: { kind: 'failed', code: 'port-taken', message: 'the port is taken', hint: null },
  skipped: { kind: 'skipped', because: 'start shop_db_1' },
  cancelled: { kind: 'cancelled' },
};

const STEPS: readonly Step[] = [
  ...Object.values(ACTIONS).map((action): Step => ({ id: action.kind, needs: [], why: REASONS.missing, ...action })),
  ...Object.values(REASONS).map((why): Step => ({
    id: why.code,
    needs: ['start-container'],
    why,
    ...ACTIONS['start-container'],
  })),
];

export const PLAN: Plan = {
  project: 'shop',
  steps: STEPS,
  rescues: [
    {
      when: 'not-done',
      guards: ['start-container'],
      steps: STEPS.slice(0, 1).map((each) => ({ ...each, onlyIf: null })),
    },
  ],
  groups: [{ does: 'start', container: 'shop_web_1', why: REASONS.missing, steps: ['start-container'] }],
  unchanged: ['shop_db_1'],
};

export const OUTCOMES: Outcomes = Object.values(ENDS).flatMap((outcome) =>
  STEPS.slice(0, 1).map((step) => ({ step, outcome })),
);

const DIAGNOSTIC: Diagnostic = {
  severity: 'warning',
  code: 'unset-variable',
  message: 'TAG is not set',
  at: { file: 'fig.yml', line: 2, column: 10 },
  source: '  image: nginx:$TAG',
  hint: null,
};

const step: Step = { id: 'pull nginx', needs: [], why: REASONS.missing, ...ACTIONS['pull-image'] };
const NEWS: { readonly [K in RunEvent['kind']]: RunEvent & { readonly kind: K } } = {
  'plan-ready': { kind: 'plan-ready', plan: PLAN },
  'waiting-for-lock': { kind: 'waiting-for-lock', holder: { pid: 7, since: '2026-01-02T03:04:05Z' } },
  'step-started': { kind: 'step-started', step },
  'step-progress': {
    kind: 'step-progress',
    step,
    progress: { part: 'a1b2', status: 'Downloading', doneBytes: 1, totalBytes: null },
  },
  'step-output': { kind: 'step-output', step, text: 'Step 1/2 : FROM nginx' },
  'step-ended': { kind: 'step-ended', step, outcome: ENDS.failed },
  attached: { kind: 'attached', project: 'shop', containers: [container.name] },
  'log-line': { kind: 'log-line', container: container.name, stream: 'stderr', text: 'ready' },
  'container-exited': { kind: 'container-exited', container: container.name, exitCode: 137, restarting: false },
  'backing-off': {
    kind: 'backing-off',
    container: 'shop_upload_once',
    failures: 5,
    exitCode: 127,
    ranFor: ms(3),
    why: '"sh" not found in image upload:1.4',
    pause: seconds(8),
  },
  'job-ended': {
    kind: 'job-ended',
    service: 'upload',
    run: 12,
    exitCode: 0,
    took: ms(1234),
    pause: seconds(3.5),
  },
  stopping: { kind: 'stopping' },
  killing: { kind: 'killing' },
  warning: { kind: 'warning', diagnostic: DIAGNOSTIC },
};

export const EVENTS: readonly RunEvent[] = Object.values(NEWS);
