import { header, nameOf, stopLimit, wordsOf, type Deployment, type Unit, type UnitFile } from './deployment.js';

/** A unit for each service and job (a template for one of which containers are named), and a target of them all. */
export function systemdFiles(deployment: Deployment): UnitFile[] {
  const { project, units } = deployment;
  const files = new Map(
    units.map((unit) => {
      const path = `${templateOf(unit)}.service`;
      return [path, { path, service: unit.service, text: serviceText(deployment, unit), executable: false }];
    }),
  );
  const target = [
    header('systemd', project),
    '[Unit]',
    `Description=${project}: everything that tsfig looks after`,
    `Wants=${units.map(({ name }) => `${name}.service`).join(' ')}`,
    '',
    '[Install]',
    'WantedBy=multi-user.target',
  ];
  return [...files.values(), { path: `${project}.target`, service: null, text: lines(target), executable: false }];
}

const lines = (all: readonly string[]): string => `${all.join('\n')}\n`;

/** `shop-web@` for `shop-web@2`. */
const templateOf = ({ name, number }: Unit): string => (number === null ? name : name.replace(/@\d+$/, '@'));

/** How long what is needed may take to be ready, as `tsfig ready` waits, and what starting tsfig takes. In seconds. */
const START_LIMIT = 75;

function serviceText(deployment: Deployment, unit: Unit): string {
  const { project, tsfig, environment, folder } = deployment;
  const isJob = unit.kind === 'job';
  const named = unit.number === null ? nameOf(unit) : `${unit.service}@%i`;
  const needed = unit.needs.map((need) => need.named);
  return lines([
    header('systemd', project),
    '[Unit]',
    `Description=${project}: ${isJob ? 'the job ' : ''}${named}`,
    `PartOf=${project}.target`,
    ...dependencies(deployment, unit),
    // Nobody is there to start it again after five failures within ten seconds, which is what is usual.
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    'Type=exec',
    ...Object.entries(environment).map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`),
    `EnvironmentFile=-${folder.replaceAll('%', '%%')}/${project}.env`,
    ...(needed.length > 0 ? [`ExecStartPre=${command([...tsfig, 'ready'])} ${needed.join(' ')}`] : []),
    `ExecStart=${command(tsfig)} ${wordsOf(unit, named).join(' ')}`,
    `TimeoutStartSec=${START_LIMIT}`,
    `TimeoutStopSec=${Math.ceil(stopLimit(unit) / 1000)}`,
    // tsfig gets the signal and stops the container; nothing else is to be told.
    'KillMode=mixed',
    `Restart=${!isJob && unit.isDoneWithZero ? 'on-failure' : 'always'}`,
    `RestartSec=${isJob ? 1 : 2}`,
    // What tsfig ends with when it is told to stop, by whichever signal.
    'SuccessExitStatus=129 130 143',
  ]);
}

/**
 * Links want their target, and do not end with it: addresses stay true. What shares a network or volumes is stopped and
 * started with the other. Docker is required: with `Wants=` the next try would start it again, by its socket.
 */
function dependencies({ engine }: Deployment, { needs }: Unit): string[] {
  const bound = needs.filter(({ isBound }) => isBound).map(({ unit }) => `${unit}.service`);
  const linked = needs.filter(({ isBound }) => !isBound).map(({ unit }) => `${unit}.service`);
  const requires = [...(engine === 'docker.service' ? ['docker.service'] : []), ...bound];
  const wants = [...(engine === 'away' ? ['network-online.target'] : []), ...linked];
  return [
    ...(requires.length > 0 ? [`Requires=${requires.join(' ')}`] : []),
    ...(wants.length > 0 ? [`Wants=${wants.join(' ')}`] : []),
    ...(requires.length + wants.length > 0 ? [`After=${[...requires, ...wants].join(' ')}`] : []),
  ];
}

/** A word in quotes where it needs them (systemd.syntax(7)); % begins a specifier. */
function quoted(text: string): string {
  if (/^[\w@./:=+,-]+$/.test(text)) return text;
  const inside = text
    .replaceAll(/["\\]/g, String.raw`\$&`)
    .replaceAll('%', '%%')
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\t', String.raw`\t`);
  return `"${inside}"`;
}

/** A command line; in its arguments, but not in the path of the program, $ begins a variable (systemd.service(5)). */
function command([program = '', ...words]: readonly string[]): string {
  // systemd 252 starts no program with quotes or backslashes in its path ("contains special characters").
  if (/["'\\]/.test(program)) return command(['/usr/bin/env', program, ...words]);
  return [quoted(program), ...words.map((word) => quoted(word).replaceAll('$', '$$$$'))].join(' ');
}
