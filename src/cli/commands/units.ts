import { dirname } from 'node:path';
import { Argument } from 'commander';
import { split } from 'shlex';
import type { UnitsRequest, UnitsResult } from '../../actions/units.js';
import { joinLines, safe, type SafeText } from '../../lib/safe-text.js';
import { examples, type Register } from '../command.js';
import { EXIT_CHANGES, EXIT_OK } from '../exit-codes.js';
import type { Output } from '../output.js';
import { collect } from '../values.js';

type Supervisor = UnitsRequest['supervisor'];
const SUPERVISORS: readonly Supervisor[] = ['runit', 'systemd', 's6'];

interface Flags {
  readonly once?: readonly string[];
  readonly out?: string;
  readonly check?: boolean;
  readonly deps: boolean;
  readonly tsfig?: readonly string[];
}

export const registerUnits: Register = (program, run) => {
  program
    .command('units')
    .description('write what a supervisor needs to look after services and jobs')
    .addArgument(new Argument('<supervisor>', 'which supervisor').choices(SUPERVISORS))
    .argument('[SERVICE...]', 'services with what they need, and containers such as web@2; default: all services')
    .option('--once <service>', 'a job, as tsfig.once says it in the file; may be given more than once', collect)
    .option('-o, --out <path>', 'the folder (default: units/SUPERVISOR beside the file)')
    .option('--check', 'write nothing; show what differs, and exit with 2 if anything does')
    .option('--no-deps', 'only the services named, not what they need')
    .option('--tsfig <command>', 'how units call tsfig (default: as it was called now)', (text) => split(text))
    .addHelpText(
      'after',
      examples(
        'tsfig units runit --once loguploader',
        'tsfig units systemd web@1 web@2',
        'tsfig units s6 --out /etc/s6/shop --check',
      ),
    )
    .action(async (supervisor: Supervisor, services: string[], flags: Flags) => {
      await run(async ({ world, control, report, project, output }) => {
        const { units } = await import('../../actions/units.js');
        const request = { ...project, supervisor, services, ...requestOf(flags) };
        const result = await units(world, request, control);
        if (!result.ok) return report(result.problems);
        if (!flags.check) {
          output.note(summary(result.value));
          return EXIT_OK;
        }
        await showDifferences(result.value, output);
        return result.value.changes.length > 0 ? EXIT_CHANGES : EXIT_OK;
      });
    });
};

const requestOf = ({ once, out, check, deps, tsfig }: Flags) => ({
  once: once ?? [],
  out: out ?? null,
  check: check ?? false,
  noDeps: !deps,
  tsfig: tsfig ?? [process.argv[1] ?? 'tsfig'],
  path: searchPath(),
});

const USUAL_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Where programs usually are, and before that where this Node is, if it is elsewhere: tsfig takes the first `node` there. */
function searchPath(): string {
  const ofNode = dirname(process.execPath);
  return [...(USUAL_PATH.includes(ofNode) ? [] : [ofNode]), ...USUAL_PATH].join(':');
}

function summary({ folder, files, changes }: UnitsResult): SafeText {
  if (changes.length === 0) return safe`${folder} is up-to-date`;
  const written = changes.filter(({ after }) => after).length;
  const removed = changes.length - written;
  return safe`${folder}: ${written} of ${files} files written${removed > 0 ? `, ${removed} removed` : ''}`;
}

async function showDifferences({ changes }: UnitsResult, output: Output): Promise<void> {
  if (changes.length === 0) return;
  const { diffToText } = await import('../../render/diff.js');
  await output.result(joinLines(changes.map((change) => diffToText(change))));
}
