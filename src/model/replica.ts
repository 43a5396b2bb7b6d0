import { LABEL } from './names.js';

/** What a container is for: one of those that `up` keeps, one of `run`, or the one of `run --once`. */
export type Role = 'service' | 'one-off' | 'job';

/** Which container of a project this is, whatever its name; plain data. */
export interface ReplicaId {
  readonly project: string;
  readonly service: string;
  /** From 1. One-offs and jobs have 1. */
  readonly number: number;
  readonly role: Role;
  /** Which release of the service it belongs to; 1 for what was never released. */
  readonly generation: number;
}

/** A container to act on: which one it is, and what to call it in messages. */
export interface ContainerHandle {
  readonly id: string;
  readonly name: string;
}

interface Labelled {
  readonly labels: Readonly<Record<string, string>>;
}

/** Who the container says it is; null for one that is of no project. */
export function replicaIdOf({ labels }: Labelled): ReplicaId | null {
  const project = labels[LABEL.project];
  if (project === undefined) return null;
  const role = labels[LABEL.job] !== undefined ? 'job' : isOneOff({ labels }) ? 'one-off' : 'service';
  return { project, service: serviceOf({ labels }), number: numberOf({ labels }), role, generation: 1 };
}

/** Whether it is one of `run`, with or without `--once`. */
export const isOneOff = ({ labels }: Labelled): boolean => labels[LABEL.oneOff] === 'True';
export const serviceOf = ({ labels }: Labelled): string => labels[LABEL.service] ?? '';
export const numberOf = ({ labels }: Labelled): number => Number(labels[LABEL.number] ?? '0');

/** A container to act on: its handle, or its name or id alone where nobody has looked yet. */
export type ContainerTarget = string | ContainerHandle;
export const idOf = (target: ContainerTarget): string => (typeof target === 'string' ? target : target.id);
export const nameOf = (target: ContainerTarget): string => (typeof target === 'string' ? target : target.name);
