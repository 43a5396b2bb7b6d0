import { InvalidArgumentError, Option, type Command } from 'commander';
import { split } from 'shlex';
import type { OneOffRequest } from '../../actions/one-off.js';
import { ownValue } from '../../lib/own-value.js';
import type { Milliseconds } from '../../lib/units.js';
import { bad, good, problem, type Checked } from '../../model/diagnostic.js';
import type { Context } from '../command.js';
import { collect, readSeconds, waitTimeout } from '../values.js';

export interface RunFlags {
  readonly detach?: boolean;
  readonly rm?: boolean;
  readonly env?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly user?: string;
  readonly workdir?: string;
  readonly label?: readonly string[];
  readonly name?: string;
  readonly servicePorts?: boolean;
  readonly deps: boolean;
  /** False with `--no-wait`. */
  readonly ready: boolean;
  readonly waitTimeout: Milliseconds;
  readonly tty: boolean;
  readonly build: boolean;
  readonly quiet?: boolean;
  readonly once?: boolean;
  readonly every?: Milliseconds;
  readonly forever?: boolean;
  readonly wait?: boolean;
  readonly replace?: boolean;
  readonly backoff: boolean;
  readonly timeout?: Milliseconds;
}

export function addRunOptions(command: Command): Command {
  return command
    .option('-d, --detach', 'leave it running in the background and print its name')
    .option('--rm', 'remove the container when it has ended')
    .option('-e, --env <key=value>', 'a variable; KEY alone takes the value it has here', collect)
    .option('--entrypoint <command>', "instead of the image's entrypoint", readWords)
    .option('-u, --user <user>', 'user or uid to run as')
    .option('-w, --workdir <path>', 'directory to run in')
    .option('-l, --label <key=value>', 'a label for the container', collect)
    .option('--name <name>', "the container's name")
    .option('--service-ports', "publish the service's ports")
    .option('--no-deps', 'do not start what the service needs')
    .addOption(noWait())
    .addOption(waitTimeout('how long a service may take to be ready'))
    .option('-T, --no-tty', 'no terminal, even when there is one here')
    .option('--no-build', 'fail rather than build a missing image')
    .option('-q, --quiet', 'no progress, only what went wrong')
    .option('--once', 'a job: one container of a fixed name; what an earlier run left is removed first')
    .addOption(new Option('--every <duration>', 'a job, again and again, from start to start').argParser(readSeconds))
    .addOption(new Option('--forever', 'a job, again as soon as it has ended').conflicts('every'))
    .option('--wait', 'if the job is already running, wait for its end rather than exit with 75')
    .addOption(new Option('--replace', 'if the job is already running, stop it first').conflicts('wait'))
    .option('--no-backoff', 'a job: do not wait, even when the last runs failed at once')
    .option('--timeout <duration>', 'a job: stop it after this long, and exit with 124', readSeconds);
}

/** `--no-wait` is about what the service needs, `--wait` about the job itself: two options, not one and its opposite. */
function noWait(): Option {
  const option = new Option('--no-wait', 'start what it needs, but do not wait for health checks').default(true);
  option.attributeName = () => 'ready';
  return option;
}

export const isJobRun = ({ once, every, forever }: RunFlags): boolean =>
  once === true || every !== undefined || forever === true;

/** What the flags ask for, or why they cannot go together. */
export function checkFlags(flags: RunFlags): Checked<null> {
  if (isJobRun(flags)) {
    return flags.detach
      ? bad([problem('bad-usage', 'a job runs in the foreground: -d cannot go with it')])
      : good(null);
  }
  const ofJobs = {
    '--wait': flags.wait,
    '--replace': flags.replace,
    '--no-backoff': !flags.backoff,
    '--timeout': flags.timeout !== undefined,
  };
  const given = Object.entries(ofJobs).flatMap(([name, isGiven]) => (isGiven ? [name] : []));
  if (given.length === 0) return good(null);
  return bad([problem('bad-usage', `${given.join(', ')}: only with --once, --every or --forever`)]);
}

export interface RunGiven {
  readonly service: string;
  readonly command: readonly string[];
  readonly flags: RunFlags;
}

/** What both kinds of `run` are asked about the container. */
export function oneOffRequest(context: Context, { service, command, flags }: RunGiven): OneOffRequest {
  return {
    service,
    parallel: context.parallel,
    noDeps: !flags.deps,
    build: flags.build ? 'missing' : 'never',
    waitLimit: flags.ready ? flags.waitTimeout : null,
    wish: {
      command: command.length > 0 ? command : null,
      entrypoint: flags.entrypoint ?? null,
      environment: pairs(flags.env ?? [], (key) => ownValue(context.world.environment, key)),
      labels: pairs(flags.label ?? [], () => ''),
      user: flags.user ?? null,
      workingDir: flags.workdir ?? null,
      servicePorts: flags.servicePorts ?? false,
      ports: [],
      tty: false,
      stdin: false,
    },
  };
}

function readWords(text: string): string[] {
  try {
    return split(text);
  } catch {
    throw new InvalidArgumentError('it has a quote that is not closed, or ends in a backslash.');
  }
}

/** `KEY=value`; a bare key takes what `bare` has for it, and is left out where that is nothing. */
function pairs(entries: readonly string[], bare: (key: string) => string | undefined): Record<string, string> {
  return Object.fromEntries(
    entries.flatMap((entry) => {
      const cut = entry.indexOf('=');
      const value = cut === -1 ? bare(entry) : entry.slice(cut + 1);
      return value === undefined ? [] : [[cut === -1 ? entry : entry.slice(0, cut), value]];
    }),
  );
}
