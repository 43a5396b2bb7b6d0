import { header, nameOf, stopLimit, wordsOf, type Deployment, type Unit, type UnitFile } from './deployment.js';
import { finishScript, prologue, script, shellWords } from './shell.js';

/** A service directory for each unit: run, finish, check, and a log. */
export const runitFiles = (deployment: Deployment): UnitFile[] =>
  deployment.units.flatMap((unit) => {
    const head = header('runit', deployment.project);
    const file = (name: string, text: string): UnitFile => ({
      path: `${unit.name}/${name}`,
      service: unit.service,
      text,
      executable: true,
    });
    const whenDone = 'exec sv down .';
    const comment = '# $1 is the exit code of run, -1 when a signal ended it.';
    return [
      file('run', runScript(deployment, unit, head)),
      file('finish', finishScript(unit, head, { whenDone, comment })),
      ...(unit.kind === 'job' ? [] : [file('check', checkScript(deployment, unit, head))]),
      file('log/run', script(head, 'mkdir -p ./main && exec svlogd -tt ./main')),
    ];
  });

function runScript(deployment: Deployment, unit: Unit, head: string): string {
  const units = unit.needs.map((need) => `../${need.unit}`);
  const named = unit.needs.map((need) => need.named);
  return script(
    head,
    ...stopNote(unit),
    'exec 2>&1',
    ...prologue(deployment, 'chpst -e'),
    ...(units.length > 0 ? [`sv up ${shellWords(units)} || exit 1`] : []),
    ...(named.length > 0 ? [`"$@" ready ${shellWords(named)} || exit 1`] : []),
    `exec "$@" ${shellWords(wordsOf(unit, nameOf(unit)))}`,
  );
}

/** sv does not wait longer than 7 s unless it is told to, and its force-stop leaves the container behind. */
function stopNote(unit: Unit): string[] {
  const limit = Math.ceil(stopLimit(unit) / 1000);
  return [`# To stop it and wait for that: sv -w ${limit} down ${unit.name}. No force-stop: that kills tsfig only.`];
}

const checkScript = (deployment: Deployment, unit: Unit, head: string): string =>
  script(
    head,
    '# sv start and sv check ask this whether it is ready.',
    'exec >/dev/null 2>&1',
    ...prologue(deployment, 'chpst -e'),
    `exec "$@" ready --wait-timeout 0 ${shellWords([nameOf(unit)])}`,
  );
