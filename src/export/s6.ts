import { header, nameOf, stopLimit, wordsOf, type Deployment, type Unit, type UnitFile } from './deployment.js';
import { finishScript, prologue, script, shellWords } from './shell.js';

/** Service definitions for s6-rc-compile: a longrun for each unit and one for its log, and a bundle of them all. */
export function s6Files(deployment: Deployment): UnitFile[] {
  const { project, units } = deployment;
  const bundle = [
    plain(`${project}/type`, 'bundle\n'),
    ...units.map(({ name }) => plain(`${project}/contents.d/${pipelineOf(name)}`, '')),
  ];
  return [...units.flatMap((unit) => unitFiles(deployment, unit)), ...bundle];
}

const plain = (path: string, text: string): UnitFile => ({
  path,
  service: null,
  text,
  executable: false,
});
const logOf = (unit: string): string => `${unit}-log`;
/** A unit with its log: what is started by name. */
const pipelineOf = (unit: string): string => `${unit}-pipeline`;

/** Where `s6-notifyoncheck` and `s6-log` tell that they are ready; the usual number. */
const NOTIFICATION = plain('notification-fd', '3\n');
/** s6-supervise kills a finish script after 5 s, which is how long that of a job may sleep. In milliseconds. */
const FINISH_LIMIT = plain('timeout-finish', '10000\n');

function unitFiles(deployment: Deployment, unit: Unit): UnitFile[] {
  const head = header('s6', deployment.project);
  const { name } = unit;
  const isJob = unit.kind === 'job';
  const whenDone = 'exit 125';
  const comment = '# $1 is the exit code of run, 256 when a signal ended it. Ending with 125 says: not again.';
  const own = [
    plain('type', 'longrun\n'),
    { ...plain('run', runScript(deployment, unit, head)), executable: true },
    { ...plain('finish', finishScript(unit, head, { whenDone, comment })), executable: true },
    plain('timeout-kill', `${stopLimit(unit)}\n`),
    plain('producer-for', `${logOf(name)}\n`),
    ...unit.needs.map((need) => plain(`dependencies.d/${need.unit}`, '')),
    ...(isJob
      ? [FINISH_LIMIT]
      : [NOTIFICATION, { ...plain('data/check', checkScript(deployment, unit, head)), executable: true }]),
  ];
  const log = [
    plain('type', 'longrun\n'),
    { ...plain('run', logScript(name, head)), executable: true },
    NOTIFICATION,
    plain('consumer-for', `${name}\n`),
    plain('pipeline-name', `${pipelineOf(name)}\n`),
  ];
  const inFolder = (folder: string) => (file: UnitFile) => ({
    ...file,
    path: `${folder}/${file.path}`,
    service: unit.service,
  });
  return [...own.map(inFolder(name)), ...log.map(inFolder(logOf(name)))];
}

function runScript(deployment: Deployment, unit: Unit, head: string): string {
  const words = shellWords(wordsOf(unit, nameOf(unit)));
  // Each look waits by itself, following the engine's events, and ends when the process it looks after has ended.
  const notify = unit.kind === 'job' ? '' : 's6-notifyoncheck -d -n 0 -w 1000 ';
  const named = unit.needs.map((need) => need.named);
  return script(
    head,
    'exec 2>&1',
    ...prologue(deployment, 's6-envdir'),
    // s6-rc has waited for these before the first start, but not before later ones.
    ...(named.length > 0 ? [`"$@" ready ${shellWords(named)} || exit 1`] : []),
    `exec ${notify}"$@" ${words}`,
  );
}

const checkScript = (deployment: Deployment, unit: Unit, head: string): string =>
  script(
    head,
    '# s6-notifyoncheck asks this whether it is ready.',
    'exec >/dev/null 2>&1',
    ...prologue(deployment, 's6-envdir'),
    `exec "$@" ready --wait-timeout 10 ${shellWords([nameOf(unit)])}`,
  );

const logScript = (name: string, head: string): string =>
  script(
    head,
    `folder=\${TSFIG_LOG_DIR:-/var/log/tsfig}/${shellWords([name])}`,
    'mkdir -p "$folder" && exec s6-log -d 3 -b n10 s1000000 T "$folder"',
  );
