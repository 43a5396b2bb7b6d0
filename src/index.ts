/** The programmatic door: connect to the world, then call the verbs. They take requests and give back plain data. */
export { connect, type Surroundings } from './connect.js';
export { build, type BuildRequest, type BuildResult } from './actions/build.js';
export { check, config, type CheckResult, type ConfigResult } from './actions/config.js';
export { down, type DownRequest } from './actions/down.js';
export { kill, type KillRequest } from './actions/kill.js';
export { logs, type LogsRequest } from './actions/logs.js';
export { once, type OnceRequest, type OnceResult } from './actions/once.js';
export { plan } from './actions/plan.js';
export { ps, type PsRequest } from './actions/ps.js';
export { pull, type PullRequest } from './actions/pull.js';
export { ready, type ReadyRequest } from './actions/ready.js';
export { remove, type RemoveRequest } from './actions/remove.js';
export { repeat, type RepeatRequest } from './actions/repeat.js';
export { restart } from './actions/restart.js';
export { run, type RunRequest, type RunResult } from './actions/run.js';
export { start } from './actions/start.js';
export { stop, type StopRequest } from './actions/stop.js';
export { units, type UnitsRequest, type UnitsResult } from './actions/units.js';
export { up, type UpRequest, type UpResult } from './actions/up.js';
export type { ProjectRequest } from './actions/find-file.js';
export type { PlanRequest } from './actions/make-plan.js';
export type { ContainersRequest, ContainersResult } from './actions/on-containers.js';
export type { OneOffRequest } from './actions/one-off.js';
export type { Terminal, TerminalSize } from './actions/terminal.js';
export type { World } from './actions/world.js';
export { ms, seconds, type Milliseconds } from './lib/units.js';
export type { Checked, Diagnostic, Span } from './model/diagnostic.js';
export { TsfigError, type ErrorCode } from './model/errors.js';
export type { BackingOff, Control, Emit, JobEnded, LogLine, Progress, RunEvent } from './model/event.js';
export type { ObservedContainer, Unready } from './model/observed.js';
export type {
  ContainerRef,
  EndedStep,
  Outcome,
  Outcomes,
  Plan,
  Reason,
  Step,
  StepGroup,
  StepId,
} from './model/plan.js';
export type { Secret } from './model/secret.js';
export type { Project, Service } from './model/project.js';
