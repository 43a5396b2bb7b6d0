import type { Milliseconds } from '../lib/units.js';
import type { BuildSpec, ContainerSpec, NetworkSpec, VolumeSpec } from '../model/container-spec.js';
import type { Reason, Step } from '../model/plan.js';

/** Small builders, so that step ids and `needs` are spelled once. */

type Needs = readonly (Step | string | null | undefined)[];

const ids = (needs: Needs): string[] => [
  ...new Set(
    needs.flatMap((need) => (need === null || need === undefined ? [] : [typeof need === 'string' ? need : need.id])),
  ),
];

export const pullImage = (image: string, service: string, why: Reason): Step => ({
  kind: 'pull-image',
  id: `pull ${image}`,
  needs: [],
  why,
  image,
  service,
});

export const buildImage = (build: BuildSpec, why: Reason, needs: Needs = []): Step => ({
  kind: 'build-image',
  id: `build ${build.refs.join(', ')}`,
  needs: ids(needs),
  why,
  build,
});

export const removeImage = (image: string, why: Reason, needs: Needs = []): Step => ({
  kind: 'remove-image',
  id: `remove image ${image}`,
  needs: ids(needs),
  why,
  image,
});

export const createNetwork = (network: NetworkSpec, why: Reason): Step => ({
  kind: 'create-network',
  id: `create network ${network.name}`,
  needs: [],
  why,
  network,
});

export const removeNetwork = (network: string, why: Reason, needs: Needs = []): Step => ({
  kind: 'remove-network',
  id: `remove network ${network}`,
  needs: ids(needs),
  why,
  network,
});

interface Connection {
  readonly network: string;
  readonly container: string;
  readonly aliases: readonly string[];
  readonly address: string | null;
}

export const connectNetwork = (connection: Connection, why: Reason, needs: Needs = []): Step => ({
  kind: 'connect-network',
  id: `connect ${connection.container} to ${connection.network}`,
  needs: ids(needs),
  why,
  ...connection,
});

export const disconnectNetwork = (network: string, container: string, why: Reason): Step => ({
  kind: 'disconnect-network',
  id: `disconnect ${container} from ${network}`,
  needs: [],
  why,
  network,
  container,
});

export const createVolume = (volume: VolumeSpec, why: Reason): Step => ({
  kind: 'create-volume',
  id: `create volume ${volume.name}`,
  needs: [],
  why,
  volume,
});

export const removeVolume = (volume: string, why: Reason, needs: Needs = []): Step => ({
  kind: 'remove-volume',
  id: `remove volume ${volume}`,
  needs: ids(needs),
  why,
  volume,
});

export const createContainer = (spec: ContainerSpec, why: Reason, needs: Needs = []): Step => ({
  kind: 'create-container',
  id: `create ${spec.name}`,
  needs: ids(needs),
  why,
  spec,
});

interface AttachTo {
  readonly container: string;
  readonly tty: boolean;
  readonly fromNow: boolean;
}

export const attachContainer = (to: AttachTo, why: Reason, needs: Needs = []): Step => ({
  kind: 'attach-container',
  id: `attach ${to.container}`,
  needs: ids(needs),
  why,
  ...to,
});

export const startContainer = (container: string, why: Reason, needs: Needs = []): Step => ({
  kind: 'start-container',
  id: `start ${container}`,
  needs: ids(needs),
  why,
  container,
});

export const waitReady = (container: string, limit: Milliseconds, why: Reason, needs: Needs = []): Step => ({
  kind: 'wait-ready',
  id: `wait for ${container}`,
  needs: ids(needs),
  why,
  container,
  limit,
});

/** A container to stop or restart; `grace` null: as the container says. */
export interface Stopping {
  readonly container: string;
  readonly grace: Milliseconds | null;
}

export const stopContainer = ({ container, grace }: Stopping, why: Reason, needs: Needs = []): Step => ({
  kind: 'stop-container',
  id: `stop ${container}`,
  needs: ids(needs),
  why,
  container,
  grace,
});

export const restartContainer = ({ container, grace }: Stopping, why: Reason, needs: Needs = []): Step => ({
  kind: 'restart-container',
  id: `restart ${container}`,
  needs: ids(needs),
  why,
  container,
  grace,
});

export const killContainer = (container: string, signal: string, why: Reason, needs: Needs = []): Step => ({
  kind: 'kill-container',
  id: `kill ${container}`,
  needs: ids(needs),
  why,
  container,
  signal,
});

export const renameContainer = (container: string, to: string, why: Reason, needs: Needs = []): Step => ({
  kind: 'rename-container',
  id: `rename ${container} to ${to}`,
  needs: ids(needs),
  why,
  container,
  to,
});

/** A container to remove, with or without its anonymous volumes. */
export interface Removing {
  readonly container: string;
  readonly volumes: boolean;
}

export const removeContainer = ({ container, volumes }: Removing, why: Reason, needs: Needs = []): Step => ({
  kind: 'remove-container',
  id: `remove ${container}`,
  needs: ids(needs),
  why,
  container,
  volumes,
});
