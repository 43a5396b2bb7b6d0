import { codeFor, examples, reportMissing, type Register } from '../command.js';

interface Flags {
  readonly signal: string;
}

export const registerKill: Register = (program, run) => {
  program
    .command('kill [SERVICE...]')
    .description('send a signal to running containers')
    .option('-s, --signal <name>', 'the signal', 'SIGKILL')
    .addHelpText('after', examples('tsfig kill', 'tsfig kill -s HUP web', 'tsfig kill web@2'))
    .action(async (services: string[], { signal }: Flags) => {
      await run(async (context) => {
        const { world, control, report, project, parallel } = context;
        const { kill } = await import('../../actions/kill.js');
        const result = await kill(world, { ...project, services, killSignal: signal, parallel }, control);
        if (!result.ok) return report(result.problems);
        reportMissing(context, 'kill', result.value);
        return codeFor(result.value.outcomes);
      });
    });
};
