import { randomBytes } from 'node:crypto';
import type { ContainerSpec } from '../../src/model/container-spec.js';
import { LABEL } from '../../src/model/names.js';

/** The label by which everything a test makes on a real engine is found and removed. */
export const TEST_LABEL = 'tsfig-test';

/** `tsfig-test-3f9a1c`: a prefix for all that one test makes. */
export const testName = (): string => `tsfig-test-${randomBytes(4).toString('hex')}`;

/** A container of busybox that does nothing special, with these differences. */
export function specOf(name: string, project: string, different: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    name,
    image: 'busybox',
    command: ['true'],
    entrypoint: null,
    environment: [],
    ports: [],
    expose: [],
    mounts: [],
    volumesFrom: [],
    volumeDriver: null,
    tmpfs: {},
    network: { kind: 'bridge' },
    dns: [],
    dnsSearch: [],
    extraHosts: [],
    hostname: null,
    domainname: null,
    macAddress: null,
    workingDir: null,
    user: null,
    tty: false,
    stdinOpen: false,
    stdinOnce: false,
    attached: false,
    privileged: false,
    readOnly: false,
    init: null,
    capAdd: [],
    capDrop: [],
    securityOpt: [],
    devices: [],
    ulimits: [],
    memLimit: null,
    memswapLimit: null,
    cpuShares: null,
    cpuset: null,
    cgroupParent: null,
    pid: null,
    ipc: null,
    logDriver: null,
    logOpt: {},
    restart: { name: 'no', maxRetries: 0 },
    healthcheck: null,
    stopSignal: null,
    stopGrace: null,
    ...different,
    labels: { [TEST_LABEL]: 'yes', [LABEL.project]: project, ...different.labels },
  };
}
