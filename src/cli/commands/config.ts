import { Option } from 'commander';
import { joinLines, jsonText, sanitize, sanitizeLines } from '../../lib/safe-text.js';
import { examples, type Register } from '../command.js';
import { EXIT_OK } from '../exit-codes.js';

interface Flags {
  readonly quiet?: boolean;
  readonly services?: boolean;
  readonly format: 'yaml' | 'json';
}

export const registerConfig: Register = (program, run) => {
  program
    .command('config')
    .description('check the file and print it with everything filled in')
    .option('-q, --quiet', 'only check')
    .option('--services', 'only the names of the services, in start order')
    .addOption(new Option('--format <how>', 'yaml or json').choices(['yaml', 'json']).default('yaml'))
    .addHelpText('after', examples('tsfig config', 'tsfig config -q && echo fine'))
    .action(async ({ quiet = false, services = false, format }: Flags) => {
      await run(async ({ world, control, report, project, output }) => {
        const { check, config } = await import('../../actions/config.js');
        if (quiet || services) {
          const checked = await check(world, project, control);
          if (!checked.ok) return report(checked.problems);
          if (!quiet) await output.result(joinLines(checked.value.services.map(sanitize)));
          return EXIT_OK;
        }
        const result = await config(world, project, control);
        if (!result.ok) return report(result.problems);
        if (format === 'yaml') await output.result(sanitizeLines(result.value.yaml));
        else {
          const { project: name, file, directory, services: all } = result.value;
          await output.result(jsonText({ project: name, file, directory, services: all }, 2));
        }
        return EXIT_OK;
      });
    });
};
