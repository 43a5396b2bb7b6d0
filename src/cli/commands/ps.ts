import { Option } from 'commander';
import { joinLines, jsonText, sanitize, type SafeText } from '../../lib/safe-text.js';
import type { ObservedContainer } from '../../model/observed.js';
import { examples, type Register } from '../command.js';
import { EXIT_OK } from '../exit-codes.js';

interface Flags {
  readonly quiet?: boolean;
  readonly format: 'table' | 'json';
}

export const registerPs: Register = (program, run) => {
  program
    .command('ps [SERVICE...]')
    .description('list the containers of the project')
    .option('-q, --quiet', 'ids only')
    .addOption(new Option('--format <how>', 'table or json').choices(['table', 'json']).default('table'))
    .addHelpText('after', examples('tsfig ps', 'tsfig ps --format json web', 'tsfig ps -q web@2'))
    .action(async (services: string[], flags: Flags) => {
      await run(async ({ world, control, report, project, output }) => {
        const { ps } = await import('../../actions/ps.js');
        const result = await ps(world, { ...project, services }, control);
        if (!result.ok) return report(result.problems);
        const text = await toText(result.value, flags);
        if (text !== '') await output.result(text);
        return EXIT_OK;
      });
    });
};

type Containers = readonly ObservedContainer[];

async function toText(containers: Containers, { quiet = false, format }: Flags): Promise<SafeText> {
  if (quiet) return joinLines(containers.map(({ id }) => sanitize(id)));
  const { PS_COLUMNS, psEntry, psRow } = await import('../../render/ps.js');
  if (format === 'json') return jsonText(containers.map(psEntry), 2);
  const { tableToText } = await import('../../render/table.js');
  return tableToText(PS_COLUMNS, containers.map(psRow), process.stdout.isTTY ? process.stdout.columns : null);
}
